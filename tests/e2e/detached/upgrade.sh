#!/bin/sh
# An upgrade of reeve keeps whom it found again, daemons, and what the life after it has to know.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { state_dir = "state" }
program "d" { cmd = "sleep 1000", starttime = 0, detached = true, stdout = "discard", stderr = "stdout" }
program "daemon" {
    cmd = { "sh", "-c", "setsid sh -c 'echo $$ >daemon.pid; exec sleep 1000' &" },
    forks = true, pidfile = "daemon.pid", starttime = 0,
}
program "slow" {
    cmd = { "sh", "-c", "setsid sleep 1000 & echo $! >slow.made" }, forks = true, pidfile = "slow.pid", starttime = 0,
}
program "web" { cmd = "sleep 1000", starttime = 0 }
program "plain" { cmd = "sleep 1000", starttime = 0, deathsig = false }
END
run_reeve
wait_state d RUNNING
wait_state plain RUNNING
d=$(pid_of d)
stop_reeve
run_reeve
wait_state daemon RUNNING
wait_state plain RUNNING
daemon=$(pid_of daemon)
plain=$(pid_of plain)
reeve stop web
wait_for 'reeve status slow | grep -q "waiting for its pid file"'

reeve upgrade
assert_equal "$d" "$(pid_of d)"
assert_equal "$daemon" "$(pid_of daemon)"
reeve stop slow
wait_for '! is_alive "$(cat slow.made)"'
kill "$d"
wait_for 'test "$(pid_of d)" != "$d" && test "$(state d)" = RUNNING'
expect_line 'last end: exited with status unknown after .*' reeve why d
d=$(pid_of d)

kill -KILL "$reeve_pid"
wait_end
run_reeve
assert_equal "$d" "$(pid_of d)"
wait_state plain RUNNING
if is_alive "$plain"; then
    fail "it is left from the life before the upgrade"
fi
assert_equal STOPPED "$(state web)"
reeve start web
reeve stop d
stop_reeve
test ! -e state/census || fail "a good end leaves the list behind"
