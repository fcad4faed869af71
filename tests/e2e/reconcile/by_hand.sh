#!/bin/sh
# reconcile lists, starts and stops detached programs, from any directory, quietly, without a supervisor.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { state_dir = "state" }
program "d" { cmd = "sleep 1000", starttime = 0, detached = true, stdout = "d.out", stderr = "stdout" }
program "never" { cmd = "sleep 1000", starttime = 0, detached = true, stdout = "discard", stderr = "stdout" }
program "other" { cmd = "sleep 1000" }
END
file=$dir/supervisor.lua
elsewhere()
{
    (cd / && timeout 30 "$REEVE" reconcile "$@" -c "$file")
}

expect_line 'd +STOPPED .*' elsewhere list
assert_equal '' "$(elsewhere list | grep other || true)"
assert_equal 'd: started' "$(elsewhere start d 2>&1)"
pid=$(cut -d' ' -f1 state/d.pid)
is_alive "$pid" || fail "it did not outlive the pass"
assert_equal "$pid" "$(ps -o sid= -p "$pid" | tr -d ' ')" "its session"
test -e d.out || fail "its output is not beside the configuration"
assert_equal 'd: already running' "$(elsewhere start d)"
expect_line "d +RUNNING +pid $pid, uptime .*" elsewhere list
expect_line 'never +STOPPED .*' elsewhere list

# A supervisor that stays takes it over, and gives it back.
run_reeve
assert_equal "$pid" "$(pid_of d)"
assert_status 1 elsewhere stop d
expect_line "reeve: reeve with pid $reeve_pid supervises these programs: .*" elsewhere stop d
stop_reeve
is_alive "$pid" || fail "it did not outlive the supervisor"

assert_equal 'd: stopped' "$(elsewhere stop d)"
if is_alive "$pid"; then
    fail "it outlived its stop"
fi
assert_equal 'd: already stopped' "$(elsewhere stop d)"

assert_status 4 elsewhere start nobody
assert_status 1 elsewhere start other
assert_status 1 elsewhere # no server, no cache
assert_status 2 elsewhere begin d
assert_status 2 elsewhere start
sed -i 1d supervisor.lua
expect_line "reeve: program 'd' has neither 'pidfile' nor .*" elsewhere list

# It is about detached programs, also when there are none.
config <<'END'
supervisor { state_dir = "state" }
program "other" { cmd = "sleep 1000" }
END
assert_status 0 elsewhere list
assert_equal "reeve: $file has no detached programs: there is nothing to list" "$(elsewhere list 2>&1)"
