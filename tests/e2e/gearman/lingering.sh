#!/bin/sh
# An executor that lives on after its job is done holds nobody up; its time ends all the same.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"

executor lives_on <<'END'
echo $$ >>"$FOLDER/pids"
echo '{"type":"complete"}'
echo '{"type":"update","data":1}'
echo '{"type":"progress","numerator":1,"denominator":1}'
sleep 1000
END
config <<END
require("reeve.gearman").supervise {
    servers = { "127.0.0.1:$port" }, env = { FOLDER = "$dir" }, timeout = 2,
    functions = { { name = "f", executor = "$dir/lives_on" } },
}
END
start_jobserver
tell auto
tell queue f 2
run_reeve
wait_heard '1 WORK_COMPLETE H:1 \{\}'
wait_heard '1 WORK_COMPLETE H:2 \{\}'
assert_equal 2 "$(count_lines pids)" processes
while read -r pid; do
    is_alive "$pid" || fail "process $pid did not live on"
done <pids
while read -r pid; do
    wait_for '! is_alive "$pid"'
done <pids
wait_for 'reeve status | grep -q "0/1 jobs, 2 done, 0 failed"'
assert_equal 2 "$(count_heard '1 WORK_.*')" 'packets about jobs'
