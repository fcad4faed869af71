#!/bin/sh
# A FATAL program releases those who only come after it; who requires it is told, and not left to wait for ever.
. "${0%/*}/../lib.sh"

config <<'END'
program "db" { cmd = { "sh", "-c", "test -e good && exec sleep 1000" }, starttime = 0.2, startretries = 0 }
program "web" { cmd = "sleep 1001", requires = "db", starttime = 0 }
program "log" { cmd = "sleep 1002", after = "db", starttime = 0 }
program "migrate" { cmd = { "sh", "-c", "sleep 0.2; touch migrated" }, oneshot = true, starttime = 0.1 }
program "api" { cmd = { "sh", "-c", "test -e migrated && exec sleep 1003" }, after = "migrate", starttime = 0.1,
  startretries = 0 }
END
run_reeve
wait_state db FATAL
wait_state log RUNNING
expect_line 'web +STARTING +waiting for db' reeve status web
assert_status 1 reeve start web
expect_line 'web: ERROR \(it waits in vain for db\)' reeve start web
touch good
assert_status 0 reeve start web
assert_equal RUNNING "$(state db)"

# A oneshot is ready when it is done.
wait_state migrate EXITED
wait_state api RUNNING
