#!/bin/sh
# refresh lets a program reload by itself: a signal or a command, and no restart.
. "${0%/*}/../lib.sh"

config <<'END'
program "signal" { cmd = { "sh", "-c", "trap 'echo hup >>hups' HUP; touch up; while :; do sleep 0.05; done" },
  reload_signal = "HUP", ready = { file = "up" } }
program "command" { cmd = "sleep 1000", starttime = 0,
  reload_cmd = { "sh", "-c", "echo $MAINPID $REEVE_PROCESS >reloaded" } }
program "neither" { cmd = "sleep 1001", starttime = 0 }
END
run_reeve
wait_state signal RUNNING
wait_state command RUNNING
signal=$(pid_of signal) command=$(pid_of command)
assert_status 0 reeve refresh signal command
wait_for 'test -s hups && test -s reloaded'
assert_equal "$command command" "$(cat reloaded)"
assert_equal "$signal $command" "$(pid_of signal) $(pid_of command)"
assert_status 1 reeve refresh neither

# Without a target it is for what comes from outside, as USR2 is: programs are left alone.
assert_status 0 reeve refresh
kill -USR2 "$reeve_pid"
wait_for 'grep -q "SIGUSR2 from pid .*: asking again" "$log"'
expect_line '.* reeve refresh: SIGUSR2 from pid .*' reeve events
assert_equal 1 "$(count_lines hups)"
