#!/bin/sh
# HUP reloads; the supervisor and what did not change keep their pids.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve
wait_state web RUNNING
pid=$(pid_of web)

echo 'program "db" { cmd = "sleep 1000", starttime = 0 }' >>supervisor.lua
kill -HUP "$reeve_pid"
wait_state db RUNNING
assert_equal "$pid" "$(pid_of web)"

echo 'program "db" {' >>supervisor.lua
kill -HUP "$reeve_pid"
wait_for 'grep -q "supervisor.lua:[0-9]" "$log"'
assert_equal "$pid" "$(pid_of web)"
assert_equal RUNNING "$(state db)"
