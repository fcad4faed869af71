#!/bin/sh
# A program starts after those it needs are ready, stops before them, and says for whom it waits.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = { "sh", "-c", "test -e go; echo $? >early; exec sleep 1000" }, requires = "db", starttime = 0 }
program "log" { cmd = "sleep 1001", after = { "db", "never" }, starttime = 0 }
program "db" { cmd = "sleep 1002", ready = { file = "go" } }
program "never" { cmd = "sleep 1003", autostart = false }
END
run_reeve
expect_line 'web +STARTING +waiting for db' reeve status web
expect_line 'log +STARTING +waiting for db' reeve status log
expect_line ' +0  db' reeve graph
expect_line ' +1  web requires db; waiting for db' reeve graph
expect_line ' +1  log after db, never; waiting for db' reeve graph
assert_equal '["db"]' "$(reeve graph --json | json '[p for p in r if p["program"] == "web"][0]["waiting_for"]')"
assert_status 1 reeve health
touch go
wait_state web RUNNING
wait_state log RUNNING
assert_equal 0 "$(cat early)" 'web started before db was ready'
assert_equal STOPPED "$(state never)"
assert_status 0 reeve health web

# stop goes along with those who require it, and start brings back what is required.
assert_status 0 reeve stop db
assert_equal STOPPED "$(state web)"
assert_equal RUNNING "$(state log)"
assert_status 0 reeve start web
assert_equal RUNNING "$(state db)"

# A restart and a crash of db take web along, but not log.
web=$(pid_of web) log_pid=$(pid_of log)
assert_status 0 reeve restart db
wait_for 'test "$(state web)" = RUNNING && test "$(pid_of web)" != "$web"'
web=$(pid_of web)
kill -KILL "$(pid_of db)"
wait_for 'test "$(state web)" = RUNNING && test "$(pid_of web)" != "$web"'
assert_equal "$log_pid" "$(pid_of log)"

# A reload that only changes who needs whom restarts nothing.
db=$(pid_of db) web=$(pid_of web)
sed -i 's/requires = "db"/requires = { "db", "log" }/' supervisor.lua
assert_status 0 reeve reload --wait
assert_equal "$db $web $log_pid" "$(pid_of db) $(pid_of web) $(pid_of log)"

stop_reeve
assert_equal 0 "$reeve_status"
sed -n '/stopping everything/,$s/.* notice \(web\|log\|db\) stopped: .*/\1/p' "$log" >stopped
assert_equal 'web log db' "$(tr '\n' ' ' <stopped | sed 's/ $//')" 'the order of the stops'
