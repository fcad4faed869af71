#!/bin/sh
# A start is two lines of the log, started and running, also where the one follows from the other at once.
. "${0%/*}/../lib.sh"

config <<'END'
program "now" { cmd = "sleep 1000", starttime = 0 }
program "soon" { cmd = "sleep 1000", starttime = 0.1 }
END
run_reeve
for name in now soon; do
    wait_state $name RUNNING
    assert_equal 1 "$(grep -c " $name started with pid $(pid_of $name)\$" "$log")" "starts of $name"
    assert_equal 1 "$(grep -c " $name is running\$" "$log")" "lines that $name is running"
done
