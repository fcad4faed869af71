#!/bin/sh
# After a crash no job's process is left over: the server gives the job again, and it is done once.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"

executor slow <<'END'
echo $$ >"$FOLDER/pid"
touch "$FOLDER/begun"
while ! test -e "$FOLDER/go"; do sleep 0.05; done
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
first=$(cat pid)
rm begun
kill -SEGV "$reeve_pid"
wait_for 'grep -q "goes on after a crash" "$log"'
wait_for '! is_alive "$first"'
wait_for 'test -e begun'
touch go
wait "$job"
assert_equal '{"who":"done"}' "$(cat result)"
