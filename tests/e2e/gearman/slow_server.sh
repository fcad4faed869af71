#!/bin/sh
# A server that does not read makes executors wait; it does not fill reeve's memory, and nothing is lost.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"

executor talks <<'END'
python3 -c '
import sys
text = "x" * 10000
for i in range(6000):
    sys.stdout.write("{\"type\":\"update\",\"data\":\"%s\"}\n" % text)
    if i % 100 == 0:
        with open(sys.argv[1], "a") as file:
            file.write("x\n")
print("{\"type\":\"complete\"}")
' "$FOLDER/written"
END
config <<END
require("reeve.gearman").supervise {
    servers = { "127.0.0.1:$port" }, env = { FOLDER = "$dir", PATH = os.getenv("PATH") },
    functions = { { name = "f", executor = "$dir/talks" } },
}
END
start_jobserver
run_reeve
wait_heard '1 PRE_SLEEP'
tell noop 1
wait_heard '1 GRAB_JOB_UNIQ'
tell deaf 1
tell job 1 H:1 f one x
# It has written nothing for twenty looks: it waits, or has written everything.
same=0 before=
has_stalled()
{
    now=$(count_lines written)
    if [ "$now" = "$before" ] && [ "$now" -ge 3 ]; then same=$((same + 1)); else same=0; fi
    before=$now
    test "$same" -ge 20
}
wait_for has_stalled
test "$now" -lt 60 || fail "the executor did not have to wait"
tell hear 1
wait_for 'grep -qx "1 WORK_COMPLETE H:1 {}" heard'
assert_equal 6000 "$(count_heard '1 WORK_DATA H:1 "x{10000}"')" updates

# One that talks all the time is left.
tell deaf 1
tell flood 1 3000000
wait_long 'grep -q "lost the connection to .*: it goes on talking, and does not read" "$log"'
wait_heard '2 PRE_SLEEP'
peak=$(awk '$1 == "VmHWM:" { print $2 }' "/proc/$reeve_pid/status")
is_sanitized || test "$peak" -lt 40000 || fail "reeve had $peak KB"
