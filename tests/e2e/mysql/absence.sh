#!/bin/sh
# A database that is slow, stopped, killed or away holds nobody up, and is used again when it is back.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/mariadb.sh
. "$e2e/mariadb.sh"

make_mariadb
start_mariadb
config <<END
local function ask(sql)
    local db <close> = require("reeve.mysql").connect { socket = "$db", user = "root", timeout = 60 }
    local rows, why = db:query(sql)
    reeve.log("notice", "%s: %s", sql, rows and "answered" or why)
end
program "slow" { cmd = "sleep 1000", starttime = 0, on_start = function() ask "SELECT SLEEP(60)" end }
program "asker" { cmd = "sleep 1000", starttime = 0, autostart = false, on_start = function() ask "SELECT 1" end }
program "crash" { cmd = "sleep 1000", starttime = 0, autorestart = true, backoff = 0 }
END
run_reeve
wait_for 'echo "SHOW PROCESSLIST" | sql | grep -q "SLEEP(60)"'

# While the query sleeps, and then while the whole server does, everything else goes on.
goes_on()
{
    first=$(pid_of crash)
    began=$(date +%s%N)
    kill -KILL "$first"
    # shellcheck disable=SC2016 # expanded later
    wait_for 'test "$(pid_of crash)" != "$first" && test "$(state crash)" = RUNNING'
    took=$((($(date +%s%N) - began) / 1000000))
    test "$took" -lt 8000 || fail "a restart took $took ms $1"
}
goes_on 'during a slow query'
kill -STOP "$mariadb_pid"
reeve start asker >start.out
goes_on 'during a stopped server'

# Killed in the middle of a query, and as it is, so that it answers nobody any more: whoever waits is told, who comes later is told as well.
stop_mariadb KILL
wait_for 'grep -q "SELECT SLEEP(60): $db: .*(2013)" "$log"'
wait_for 'grep -q "SELECT 1: $db: .*(2013)" "$log"'
reeve restart asker >restart.out
wait_for 'grep -q "SELECT 1: $db: Can.t connect .*(2002)" "$log"'

# Back again.
start_mariadb
reeve restart asker >restart.out
wait_for 'grep -q "SELECT 1: answered" "$log"'

# The end does not wait for a query.
reeve restart slow >restart.out
wait_for 'echo "SHOW PROCESSLIST" | sql | grep -q "SLEEP(60)"'
stop_reeve
assert_equal 0 "$reeve_status" 'status of reeve'
