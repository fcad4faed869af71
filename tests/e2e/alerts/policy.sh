#!/bin/sh
# What is told, what is counted, what is forgotten, and how it waits: alerts against a clock that is only a number. And
# every option of theirs is in the manual and known to editors.
. "${0%/*}/../lib.sh"

for what in policy outbox keeper; do
    assert_status 0 "$REEVE" check -c "$root/tests/lua/alert_$what.lua"
    printf '%s\n' "$output" | grep -q ' promises kept' || fail "not all were looked at: $output"
done
assert_status 0 env TREE="$root" "$REEVE" check -c "$root/tests/lua/alert_told.lua"
printf '%s\n' "$output" | grep -q ' options are told' || fail "not all were looked at: $output"
