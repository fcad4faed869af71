#!/bin/sh
# TTIN and TTOU scale the pool by one, WINCH to nothing; the verb scale does the same.
. "${0%/*}/../lib.sh"

config <<'END'
program "pool" { cmd = "sleep 1000", starttime = 0, numprocs = 2, max_procs = 4 }
END
run_reeve
wait_state pool:2 RUNNING
kill -TTIN "$reeve_pid"
wait_state pool:3 RUNNING
kill -TTOU "$reeve_pid"
wait_for 'test "$(reeve status | wc -l)" -eq 2'
assert_status 0 reeve scale pool 4
wait_state pool:4 RUNNING
assert_status 0 reeve scale pool -1
wait_for 'test "$(reeve status | wc -l)" -eq 3'
kill -WINCH "$reeve_pid"
wait_for 'test "$(reeve status | grep -c RUNNING)" -eq 0'
is_alive "$reeve_pid" || fail "WINCH ended the supervisor"
kill -TTIN "$reeve_pid"
wait_for 'test "$(reeve status | grep -c RUNNING)" -eq 1'
