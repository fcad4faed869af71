#!/bin/sh
# An upgrade waits for the jobs that run: each is done once, and the next one by the next life.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"

begin_job
reeve upgrade >answer &
upgrade=$!
wait_state gearman:f STOPPING
touch go
wait "$upgrade"
grep -qx 'upgraded.*' answer || fail "the answer was: $(cat answer)"
wait "$job"
assert_equal '{"who":"done"}' "$(cat result)"
assert_equal 1 "$(count_lines begun)" "how often it was begun"
wait_worker f
assert_equal '{"who":"done"}' "$(submit f </dev/null)"
