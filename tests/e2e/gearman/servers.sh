#!/bin/sh
# One function may have several servers, and several connections to each: all together have no more jobs than slots.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"

executor counts <<'END'
echo x >>"$FOLDER/begun"
until test -e "$FOLDER/go"; do sleep 0.02; done
echo '{"type":"complete"}'
END
first=$port
start_gearmand
port=$(free_port)
start_gearmand
config <<END
require("reeve.gearman").supervise {
    servers = { "127.0.0.1:$first", "localhost:$port" },
    env = { FOLDER = "$dir" },
    jobs_per_connection = 1,
    functions = { { name = "f", executor = "$dir/counts", concurrency = 3 } },
}
END
run_reeve
for port in "$port" "$first"; do
    wait_for 'functions | grep -qx "f.0.0.3"'
    for i in 1 2 3; do
        submit f -u "$port.$i" -b </dev/null
    done
done
wait_for 'reeve status | grep -q 3/3'
assert_equal 3 "$(count_lines begun)" 'jobs that were begun'
touch go
wait_for 'reeve status | grep -q "0/3 jobs, 6 done, 0 failed"'
assert_equal 6 "$(count_lines begun)" 'jobs that were begun in all'
