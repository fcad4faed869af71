#!/bin/sh
# The crash of a worker is its own, though it is a copy of reeve; and one that is silent is killed in a next life as well.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { max_lives = 100 }
program "beats" {
  watchdog = 1, starttime = 0, numprocs = 2,
  run = function(worker) while worker:alive() do reeve.sleep(0.1) end end,
}
program "silent" {
  watchdog = 2, starttime = 0, autorestart = false,
  run = function(worker) worker:alive(); while true do reeve.sleep(1000) end end,
}
END
run_reeve
wait_state beats:1 RUNNING
wait_state silent RUNNING
before=$(reeve pid beats)
kill -SEGV "$reeve_pid"
wait_for 'grep -q "goes on after a crash by SIGSEGV" "$log"'

# By then all others have beaten.
wait_for 'grep -q "silent: no heartbeat for 2s" "$log"'
assert_equal "$before" "$(reeve pid beats)"

kill -SEGV "$(pid_of beats:2)"
wait_for 'grep -q "beats:2 killed by SIGSEGV" "$log"'
wait_state beats:2 RUNNING
assert_equal 1 "$(grep -c 'goes on after a crash' "$log")" "crashes of reeve"
