#!/bin/sh
# reload --wait says what of it could not be started, also after an upgrade in between, and exits 1.
. "${0%/*}/../lib.sh"

configure()
{
    config <<END_OF_IT
program "web" { cmd = "sleep 1000", starttime = 0 }
$1
END_OF_IT
}
configure ''
run_reeve
wait_state web RUNNING
configure 'program "api" { cmd = "false", startretries = 1, backoff = 0.1 }
program "db" { cmd = "/nonexistent/db", startretries = 0 }'
assert_status 1 reeve reload --wait
assert_equal FATAL "$(state api)"
expect_line 'api .*exited with status 1' reeve status api
assert_status 0 reeve reload --wait

configure 'program "late" { cmd = "while [ ! -e go ]; do sleep 0.1; done; exit 3", shell = true, startretries = 0, starttime = 1000 }'
reeve reload --wait >told 2>&1 &
client=$!
wait_state late STARTING
reeve upgrade >>"$dir/out"
touch go
status=0
wait "$client" || status=$?
assert_equal 1 "$status" "the exit status"
grep -qxF 'late: ERROR (exited with status 3)' told || fail "$(cat told)"
assert_equal RUNNING "$(state web)"
