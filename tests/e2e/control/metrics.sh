#!/bin/sh
# metrics is OpenMetrics text that Prometheus' own parser takes, and its numbers are true.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", numprocs = 2, starttime = 0 }
program "ends" { cmd = "true", oneshot = true }
program "fails" { cmd = "sh -c 'exit 3'", starttime = 0, autorestart = false }
program "never" { cmd = "/nonexistent", startretries = 0 }
program "killed" { cmd = "sh -c 'kill -9 $$'", starttime = 0, autorestart = false }
program "again" { cmd = "sh -c 'test -e over || { : >over; exit 1; }; exec sleep 1001'", starttime = 0 }
program "lost" { cmd = "seq 100", starttime = 0, oneshot = true, stdout = { path = "/dev/full" } }
program "hooked" { cmd = "true", starttime = 0, oneshot = true, on_exit = function() error("oops") end }
program "asleep" { cmd = "true", starttime = 0, oneshot = true, on_exit = function() reeve.sleep(1000) end }
END
run_reeve
wait_state web:2 RUNNING
for name in ends fails killed lost hooked asleep; do wait_state $name EXITED; done
wait_state never FATAL
wait_for 'test "$(state again)" = RUNNING && reeve why again | grep -q "status 1"'
wait_for 'reeve tasks | grep -q "asleep"'
assert_status 0 reeve stop web:1
reeve reload >/dev/null
cp supervisor.lua good.lua
echo 'no lua' >>supervisor.lua
assert_status 1 reeve reload
mv good.lua supervisor.lua

# Prints what was asked for, as a value of the family and the labels: NAME LABEL=VALUE…
cat >look.py <<'END'
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
samples = {}
for family in text_string_to_metric_families(sys.stdin.read()):
    assert family.documentation, family.name
    for s in family.samples:
        key = (s.name, tuple(sorted(s.labels.items())))
        assert key not in samples, key
        samples[key] = s.value
wrong = 0
for expectation in open("expected"):
    want, name, *labels = expectation.split()
    value = samples.get((name, tuple(sorted(tuple(l.split("=")) for l in labels))))
    got = "none" if value is None else "%g" % value
    if got != want:
        print("%s is %s, not %s" % (" ".join([name] + labels), got, want))
        wrong = 1
sys.exit(wrong)
END
# Lines: VALUE NAME LABEL=VALUE…
expect_values()
{
    cat >expected
    wrong=$(/usr/bin/python3 look.py <text 2>&1) || fail "$wrong"
}

reeve metrics --usage >text
assert_equal '# EOF' "$(tail -n 1 text)"
expect_values <<END
1 reeve_process_state process=web:2 program=web state=RUNNING
0 reeve_process_state process=web:2 program=web state=STOPPED
1 reeve_process_state process=web:1 program=web state=STOPPED
1 reeve_process_up process=web:2 program=web
0 reeve_process_up process=web:1 program=web
1 reeve_process_ready process=web:2 program=web
none reeve_process_start_time_seconds process=web:1 program=web
1 reeve_process_exits_total process=web:1 program=web kind=stopped
1 reeve_process_exits_total process=ends program=ends kind=expected
0 reeve_process_exits_total process=ends program=ends kind=failed_start
1 reeve_process_exits_total process=fails program=fails kind=unexpected
1 reeve_process_exits_total process=never program=never kind=failed_start
0 reeve_process_exits_total process=never program=never kind=unexpected
1 reeve_process_given_up_total process=never program=never
1 reeve_process_restarts_total process=again program=again
100 reeve_process_dropped_lines_total process=lost program=lost stream=stdout
none reeve_process_dropped_lines_total process=lost program=lost stream=stderr
none reeve_process_dropped_lines_total process=ends program=ends stream=stdout
1 reeve_hook_errors_total
1 reeve_tasks
9 reeve_programs
1 reeve_reloads_total result=applied
1 reeve_reloads_total result=refused
1 reeve_build_info version=$(reeve version | sed 's/^reeve //; s/,.*//; s/ .*//')
1 reeve_process_threads process=web:2 program=web
END
memory=$(sed -n 's/^reeve_process_resident_memory_bytes{process="web:2",program="web"} //p' text)
test "$memory" -gt 100000 || fail "web:2 uses $memory bytes"

# The names that dashboards for supervisord know.
expect_values <<END
1 node_supervisord_up group=web name=web:2
20 node_supervisord_state group=web name=web:2
0 node_supervisord_state group=web name=web:1
200 node_supervisord_state group=never name=never
100 node_supervisord_state group=fails name=fails
3 node_supervisord_exit_status group=fails name=fails
-1 node_supervisord_exit_status group=killed name=killed
0 node_supervisord_exit_status group=web name=web:2
none node_supervisord_start_time_seconds group=fails name=fails
END
started=$(grep '^node_supervisord_start_time_seconds{group="web",name="web:2"} ' text | sed 's/.* //; s/\..*//')
now=$(date +%s)
test $((now - started)) -ge 0 -a $((now - started)) -lt 60 || fail "web:2 was started at $started, now is $now"
assert_equal "$(reeve metrics | grep start_time)" "$(reeve metrics | grep start_time)" 'starts do not move'

# Counters live on in a reload; the same text as data, and without a look into /proc unless asked.
assert_equal "$(grep -c . text)" "$(reeve metrics --usage --json | json 'r.count("\n")')"
reeve metrics >text
expect_values <<END
1 reeve_process_exits_total process=fails program=fails kind=unexpected
none reeve_process_threads process=web:2 program=web
END
assert_status 2 reeve metrics web

# Whoever reads the older format takes it, too.
/usr/bin/python3 -c '
import sys
from prometheus_client.parser import text_string_to_metric_families
names = {f.name for f in text_string_to_metric_families(sys.stdin.read())}
assert "node_supervisord_up" in names and "reeve_process_state" in names, names' <text
