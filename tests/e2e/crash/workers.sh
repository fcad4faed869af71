#!/bin/sh
# Workers go on over an upgrade and a crash of reeve: their heartbeats count, those who are busy are known, and the crash
# of a worker is its own.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { max_lives = 100 }
program "beats" {
  watchdog = 1, starttime = 0, numprocs = 2,
  run = function(worker) while worker:alive() do reeve.sleep(0.1) end end,
}
program "spare" {
  spare_procs = { 1, 2 }, max_procs = 4, starttime = 0, numprocs = 1,
  run = function(worker)
    worker:busy()
    while worker:alive() do reeve.sleep(0.05) end
  end,
}
program "silent" {
  watchdog = 2, starttime = 0, autorestart = false,
  run = function(worker) worker:alive(); while true do reeve.sleep(1000) end end,
}
END
run_reeve
wait_state beats:1 RUNNING
wait_state silent RUNNING
wait_for 'test "$(reeve status spare | grep -c RUNNING)" -eq 4'
before=$(reeve pid beats spare)
expect_line 'upgraded.*' reeve upgrade
kill -SEGV "$reeve_pid"
wait_for 'grep -q "goes on after a crash by SIGSEGV" "$log"'
assert_equal "$before" "$(reeve pid beats spare)"

# Who does not beat any more is killed; by then all others have beaten.
wait_for 'grep -q "silent: no heartbeat for 2s" "$log"'
assert_equal "$before" "$(reeve pid beats spare)"

kill -SEGV "$(pid_of beats:2)"
wait_for 'grep -q "beats:2 killed by SIGSEGV" "$log"'
wait_state beats:2 RUNNING
assert_equal 1 "$(grep -c 'goes on after a crash' "$log")" "crashes of reeve"
stop_reeve
assert_equal 0 "$reeve_status"
assert_equal '' "$(leftovers)"
