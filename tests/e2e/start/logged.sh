#!/bin/sh
# A start is two lines of the log, started and running, also where the one follows from the other at once. What ends
# too soon is told apart, but for a oneshot, which is there to end.
. "${0%/*}/../lib.sh"

config <<'END'
program "now" { cmd = "sleep 1000", starttime = 0 }
program "soon" { cmd = "sleep 1000", starttime = 0.1 }
program "once" { cmd = "false", oneshot = true, autorestart = false }
program "early" { cmd = "false", startretries = 0 }
END
run_reeve
for name in now soon; do
    wait_state $name RUNNING
    assert_equal 1 "$(grep -c " $name started with pid $(pid_of $name)\$" "$log")" "starts of $name"
    assert_equal 1 "$(grep -c " $name is running\$" "$log")" "lines that $name is running"
done
wait_state once EXITED
wait_state early FATAL
expect_line '.* once exited with status 1 after [0-9]+m?s' cat "$log"
expect_line '.* early exited with status 1 after [0-9]+m?s, before it was running, giving up: 1 failed start' cat "$log"
