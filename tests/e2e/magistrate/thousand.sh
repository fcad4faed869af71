#!/bin/sh
# A thousand targets are asked for and reported in a few milliseconds of processor time (about 4 on a quiet machine,
# the client's connection included; the test allows for a loaded one).
. "${0%/*}/server.inc"

start_server
python3 - >server/states <<'END2'
import json
print(json.dumps({"workers": {"w%04d" % i: {"target_state": "stopped" if i % 2 else "unmonitored"} for i in range(1000)}}))
END2
config <<END2
supervisor { name = "box", state_dir = "$dir/state" }
for i = 0, 999 do program(("w%04d"):format(i)) { cmd = "sleep 1000", autostart = false, starttime = 0 } end
require("reeve.magistrate").follow { url = "http://127.0.0.1:$port", interval = "1h" }
END2
run_reeve
wait_for 'test "$(count_reports)" -eq 1'
assert_equal 1000 "$(last_report 'len(r["workers"])')"
assert_equal 500 "$(last_report 'sum(w["state"] == "stopped" for w in r["workers"].values())')"
refresh

used() # nanoseconds of processor time
{
    cut -d ' ' -f 1 "/proc/$reeve_pid/schedstat"
}

before=$(used)
for _ in 1 2 3 4 5 6 7 8 9 10; do refresh; done
each=$((($(used) - before) / 10000))
echo "a poll of 1,000 targets: $each us of processor time"
if grep -q __asan_init "$REEVE"; then exit; fi # it is many times slower
test "$each" -lt 25000 || fail "a poll of 1,000 targets takes $each us"
