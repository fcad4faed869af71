#!/bin/sh
# Where the kernel has no timers left for a user, a hook that never ends is cut off all the same.
. "${0%/*}/../lib.sh"

prlimit --pid $$ --sigpending=0:0
config <<'END'
supervisor { hook_time = "50ms" }
program "web" { cmd = "sleep 1000", starttime = 0,
    on_start = function() pcall(function() while true do end end) reeve.log("notice", "not to be said") end,
    on_ready = function() reeve.log("notice", "it is ready") end }
END
run_reeve
wait_state web RUNNING
wait_for 'grep -q "on_start of web.*ran for more than 50ms and was cut off" "$log"'
wait_for 'grep -q "it is ready" "$log"'
! grep -q 'not to be said' "$log" || fail "it went on"
stop_reeve
assert_equal 0 "$reeve_status"
