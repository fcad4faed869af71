#!/bin/sh
# Functions are shown by status, as lines and as data; hooks hear of each job; a server that is away is told.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"

executor waits <<'END'
test "$(cat)" = good || exit 1
echo $$ >>"$FOLDER/pids"
until test -e "$FOLDER/go"; do sleep 0.02; done
echo '{"type":"complete"}'
END
config <<END
supervisor { log_level = "info" }
program "web" { cmd = "sleep 1000", starttime = 0 }
require("reeve.gearman").supervise {
    servers = { "127.0.0.1:$port" }, env = { FOLDER = "$dir" },
    functions = {
        { name = "resize", executor = "$dir/waits", concurrency = 4, timeout = "5m" },
        { name = "rotate", executor = "$dir/waits" },
    },
}
local function tell(event)
    reeve.log("notice", "%s %s %s %s %s", event.event, event.name, event.unique, event.runtime >= 0, event.reason)
end
on("job_done", tell)
on("job_failed", "resi*", tell)
on("job_failed", "rot*", function() reeve.log("err", "wrong") end)
END
run_reeve
wait_for 'reeve status gearman:resize | grep -q "BACKOFF *0/4 jobs, 0 done, 0 failed; 127.0.0.1:$port: Connection refused"'
assert_status 3 reeve status gearman:resize
assert_equal 1 "$(grep -c 'gearman:rotate: cannot connect' log)" 'complaints of one function'

start_gearmand
wait_worker resize
wait_worker rotate
for i in 1 2; do
    printf good | submit resize -u "u$i" >"out$i" &
done
wait_for 'test "$(count_lines pids)" -eq 2'
expect_line 'web +RUNNING +pid .*' reeve status
expect_line 'gearman:resize +RUNNING +2/4 jobs, 0 done, 0 failed' reeve status
expect_line 'gearman:rotate +RUNNING +0/1 jobs, 0 done, 0 failed' reeve status gearman
assert_equal 1 "$(reeve status 'gearman:res*' | wc -l)" 'lines of a pattern'
assert_equal 1 "$(reeve status web | wc -l)" 'lines of a program'
assert_equal 3 "$(reeve status 'all' | wc -l)" 'lines of all'
assert_status 0 reeve status gearman:resize web
assert_status 4 reeve status gearman:other

touch go
wait_for 'grep -q "job_done resize u1 true nil$" log && grep -q "job_done resize u2 true nil$" log'
assert_equal '{}' "$(cat out1)"
printf bad | submit resize -u u3 >/dev/null 2>&1 && fail "a bad job went well"
wait_for 'grep -q "job_failed resize u3 true Error: worker executor exited with 1$" log'
expect_line 'gearman:resize +RUNNING +0/4 jobs, 2 done, 1 failed' reeve status
reeve status --json >status.json
assert_equal '["resize", "RUNNING", 0, 4, 2, 1, 300]' "$(json '[r["functions"][0][k] for k in
    ("name", "state", "running", "limit", "done", "failed", "timeout")]' <status.json)"
assert_equal '["web"]' "$(json '[p["name"] for p in r["processes"]]' <status.json)"
assert_equal '["rotate"]' "$(reeve status --json gearman:rotate | json '[f["name"] for f in r["functions"]]')"

expect_line 'reeve_gearman_jobs_done_total\{function="resize"\} 2' reeve metrics
expect_line 'reeve_gearman_jobs_failed_total\{function="resize"\} 1' reeve metrics
expect_line 'reeve_gearman_connections\{function="rotate"\} 1' reeve metrics

# A server that goes and comes again.
kill "$gearmand"
wait_for 'grep -q "gearman:resize: lost the connection to 127.0.0.1:$port" log'
start_gearmand
wait_state gearman:resize RUNNING
assert_equal '{}' "$(printf good | submit resize)"
expect_line 'gearman:resize +RUNNING +0/4 jobs, 3 done, 1 failed' reeve status
grep -q wrong log && fail "a hook heard of another function"
exit 0
