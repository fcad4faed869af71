#!/bin/sh
# After a crash no job's process is left over: the server gives the job again, and it is done once.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"

begin_job
first=$(cat begun)
rm begun
kill -SEGV "$reeve_pid"
wait_for 'grep -q "goes on after a crash" "$log"'
wait_for '! is_alive "$first"'
wait_for 'test -s begun'
touch go
wait "$job"
assert_equal '{"who":"done"}' "$(cat result)"
