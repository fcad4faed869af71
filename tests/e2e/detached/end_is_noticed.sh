#!/bin/sh
# The end of a program that reeve found again is noticed at once, told as "unknown", and followed by a restart.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { state_dir = "state" }
program "d" {
    cmd = "sleep 1000", starttime = 0, detached = true, stdout = "discard", stderr = "discard",
    on_exit = function(process, exit)
        reeve.log("notice", "hook: %s %s %s %s", process.name, exit.reason, tostring(exit.code), tostring(exit.expected))
    end,
}
END
run_reeve
wait_state d RUNNING
pid=$(pid_of d)
kill -KILL "$reeve_pid"
wait_end

run_reeve
assert_equal "$pid" "$(pid_of d)"
kill "$pid"
wait_for 'test "$(pid_of d)" != "$pid" && test "$(state d)" = RUNNING'
wait_for 'grep -q "hook: d exited with status unknown nil false" "$log"'
grep -q 'err d exited with status unknown after .*, restarting' "$log" || fail "the log does not tell"
