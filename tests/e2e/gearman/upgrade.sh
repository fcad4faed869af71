#!/bin/sh
# An upgrade waits for the jobs that run: each is done once, and the next one by the next life.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"

executor slow <<'END'
echo begun >>"$FOLDER/begun"
sleep 1
printf '{"type":"complete","who":"done"}\n'
END
config <<END
require("reeve.gearman").supervise {
    servers = { "127.0.0.1:$port" }, env = { FOLDER = "$dir" },
    functions = { { name = "f", executor = "$dir/slow" } },
}
END
start_gearmand
run_reeve
wait_worker f
submit f </dev/null >result &
job=$!
wait_for 'test -e begun'
expect_line 'upgraded.*' reeve upgrade
wait "$job"
assert_equal '{"who":"done"}' "$(cat result)"
assert_equal 1 "$(count_lines begun)" "how often it was begun"
wait_worker f
assert_equal '{"who":"done"}' "$(submit f </dev/null)"
