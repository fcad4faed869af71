#!/bin/sh
# start, stop and restart wait for the outcome and tell it, one line for each process.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = "100ms", numprocs = 2, autostart = false }
program "db" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve
wait_state db RUNNING
assert_equal STOPPED "$(state web:1)"

expect_line 'web:1: started' reeve start web:1
assert_equal RUNNING "$(state web:1)"
assert_equal STOPPED "$(state web:2)"
assert_status 0 reeve start web
assert_equal RUNNING "$(state web:2)"
expect_line 'web:1: .*already.*' reeve start web
assert_status 0 reeve start web

first=$(pid_of web:1)
other=$(pid_of db)
assert_status 0 reeve restart web:1
assert_equal RUNNING "$(state web:1)"
test "$first" != "$(pid_of web:1)" || fail "web:1 kept its pid over a restart"
assert_equal "$other" "$(pid_of db)" 'pid of the other program'
is_alive "$first" && fail "the first instance still lives"

expect_line 'web:2: stopped' reeve stop web
assert_equal STOPPED "$(state web:1)"
expect_line 'web:2: .*already.*' reeve stop web:2
assert_status 0 reeve stop web

assert_status 0 reeve restart web:2
assert_equal RUNNING "$(state web:2)"
assert_equal STOPPED "$(state web:1)"

assert_status 0 reeve stop all
assert_equal STOPPED "$(state db)"
