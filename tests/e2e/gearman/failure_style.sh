#!/bin/sh
# A failure is told in the way that was chosen, by exactly one packet that ends the job.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"

executor fails <<'END'
exit 4
END
with_failure()
{
    config <<END
require("reeve.gearman").supervise {
    servers = { "127.0.0.1:$port" },
    functions = { { name = "f", executor = "$dir/fails" } },
    failure = $1,
}
END
    start_jobserver
    if [ "$2" = stingy ]; then tell stingy; fi
    tell auto
    tell queue f 1
    run_reeve
    wait_heard "1 WORK_$3 .*H:1.*worker executor exited with 4.*"
    stop_reeve
    wait_heard '1 CANT_DO f'
    kill "$jobserver"
    exec 9>&-
    assert_equal 1 "$(count_heard '1 WORK_(COMPLETE|FAIL|EXCEPTION) .*H:1.*')" "ends, $1"
    assert_equal "$4" "$(count_heard '1 WORK_FAIL H:1')" "failures, $1"
}
with_failure nil '' WARNING 1
with_failure '"warning"' '' WARNING 1
with_failure '"exception"' '' EXCEPTION 0
with_failure '"exception"' stingy WARNING 1
