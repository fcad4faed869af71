#!/bin/sh
# A reload with errors tells all of them and leaves the old plan running.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve
wait_state web RUNNING
pid=$(pid_of web)

config <<'END'
program "web" { cmd = "sleep 2000", startime = 0 }
program "db" { cmd = "sleep 1000", stopsignal = "HOPE" }
END
assert_status 1 reeve reload
expect_line '.*supervisor.lua:1: .*startime.*' reeve reload
expect_line '.*supervisor.lua:2: .*HOPE.*' reeve reload
assert_equal "$pid" "$(pid_of web)" 'pid after a refused reload'
assert_status 4 reeve status db
grep -q 'HOPE' "$log" || fail "the log does not tell the refusal"

rm supervisor.lua
assert_status 1 reeve reload
assert_equal "$pid" "$(pid_of web)" 'pid after a reload without a file'
grep -q 'supervisor.lua: No such file' "$log" || fail "the log does not tell what is missing"
