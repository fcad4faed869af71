#!/bin/sh
# A pass waits some seconds for those that it has sent somewhere, whatever the clock on the wall does meanwhile.
. "${0%/*}/../lib.sh"

assert_status 0 "$REEVE" check -c "$root/tests/lua/magistrate_settle.lua"
printf '%s\n' "$output" | grep -q ' promises kept' || fail "not all were looked at: $output"
