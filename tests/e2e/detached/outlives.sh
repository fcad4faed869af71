#!/bin/sh
# A detached program outlives reeve's end and its crash, is found again with its uptime, and ends at a stop.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { state_dir = "state" }
program "d" { cmd = "sleep 1000", starttime = 0, detached = true, stdout = "d.out", stderr = "discard" }
program "other" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve
wait_state d RUNNING
wait_state other RUNNING
pid=$(pid_of d)
other=$(pid_of other)
assert_equal "$pid" "$(cut -d' ' -f1 state/d.pid)" "first word of the pid file"
assert_equal "$(sed 's/.*) //' "/proc/$pid/stat" | cut -d' ' -f20)" "$(cut -d' ' -f2 state/d.pid)" "second word of it"
assert_equal "$pid" "$(ps -o sid= -p "$pid" | tr -d ' ')" "its session"

stop_reeve
assert_equal 0 "$reeve_status"
is_alive "$pid" || fail "it did not outlive reeve's end"
if is_alive "$other"; then
    fail "the other one did"
fi

run_reeve
expect_line "d +RUNNING +pid $pid, uptime .*" reeve status d
kill -KILL "$reeve_pid"
wait_end
is_alive "$pid" || fail "it did not outlive reeve's crash"

run_reeve
assert_equal "$pid" "$(pid_of d)" "found again"
assert_equal "$pid" "$(cut -d' ' -f1 state/d.pid)"
expect_line 'd: stopped' reeve stop d
if is_alive "$pid"; then
    fail "it outlived its stop"
fi
test ! -e state/d.pid || fail "the pid file is still there"
expect_line 'last end: exited with status unknown after .*' reeve why d
assert_equal '[null, null, "exited with status unknown"]' "$(reeve status d --json |
    json '[[p["exit"][k] for k in ("code", "signal", "reason")] for p in r["processes"]][0]')"

# The next one is reeve's child again.
reeve start d
kill -KILL "$(pid_of d)"
wait_for 'reeve why d | grep -q "killed by SIGKILL"'
