#!/bin/sh
# A second TERM does not wait for stoptime: everything is killed.
. "${0%/*}/../lib.sh"

config <<'END'
program "stubborn" { cmd = "trap '' TERM; touch trapped; while :; do sleep 0.05; done", shell = true, starttime = 0, stoptime = 600 }
END
run_reeve
wait_for 'test -e trapped'
kill -TERM "$reeve_pid"
wait_state stubborn STOPPING
kill -TERM "$reeve_pid"
wait_end
assert_equal '' "$(leftovers)" 'processes left behind'
