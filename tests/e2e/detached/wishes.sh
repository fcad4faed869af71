#!/bin/sh
# With state_dir, what a user stopped, started or scaled stays so when reeve is restarted, or killed.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { state_dir = "state" }
program "web" { cmd = "sleep 1000", starttime = 0 }
program "api" { cmd = "sleep 1000", starttime = 0 }
program "cron" { cmd = "sleep 1000", starttime = 0, autostart = false }
program "pool" { cmd = "sleep 1000", starttime = 0, numprocs = 2 }
END
check()
{
    wait_state api RUNNING
    wait_state cron RUNNING
    wait_state pool:4 RUNNING
    assert_equal STOPPED "$(state web)" "$1"
}
run_reeve
wait_state web RUNNING
reeve stop web
reeve start cron
reeve scale pool 4
check "at first"
stop_reeve
run_reeve
check "after an end"

# A stop that was answered is on the disk.
reeve stop api
kill -KILL "$reeve_pid"
wait_end
run_reeve
wait_state cron RUNNING
assert_equal STOPPED "$(state api)" "after a crash"
reeve start web api
reeve stop cron
reeve scale pool 2
kill -KILL "$reeve_pid"
wait_end
run_reeve
wait_state web RUNNING
wait_state api RUNNING
assert_equal STOPPED "$(state cron)"
assert_equal '' "$(state pool:3)"

# What could not be written is when it is said again.
mv state away
reeve stop api
wait_for 'grep -q "what users want will be forgotten" "$log"'
mv away state
! grep -qx "down api" state/desired || fail "written to nowhere"
reeve stop api
wait_for 'grep -qx "down api" state/desired'

# Without state_dir the file alone decides.
reeve stop web
stop_reeve
sed -i 1d supervisor.lua
run_reeve
wait_state web RUNNING
