#!/bin/sh
# status shows each process in columns, as supervisorctl does; its exit status says whether all asked are up.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0, numprocs = 2 }
program "db" { cmd = "sleep 1000", starttime = 0 }
program "later" { cmd = "sleep 1000", autostart = false }
program "odd" {
    cmd = "sleep 1000", autostart = false, startretries = 0,
    before_start = function() error("two\nlines, \27[31mred") end,
}
END
run_reeve
wait_state web:1 RUNNING
wait_state web:2 RUNNING
wait_state db RUNNING

expect_line 'web:1 +RUNNING +pid [0-9]+, uptime 0:00:0[0-9]' reeve status
expect_line 'web:2 +RUNNING +pid [0-9]+, uptime 0:00:0[0-9]' reeve status
expect_line 'db +RUNNING +pid [0-9]+, uptime 0:00:0[0-9]' reeve status
expect_line 'later +STOPPED.*' reeve status

columns=$(reeve status | awk '{ print match($0, / (RUNNING|STOPPED)/) }' | sort -u | wc -l)
assert_equal 1 "$columns" 'columns of the state'

assert_status 0 reeve status web db
assert_status 0 reeve status 'web:*'
assert_status 3 reeve status later
assert_status 3 reeve status web later
assert_equal 3 "$(reeve status 'w*' db | wc -l)" 'lines for a glob and a name'

status='reeve status --json'
assert_equal 5 "$($status | json 'len(r["processes"])')"
assert_equal "$reeve_pid" "$($status | json 'r["supervisor"]["pid"]')"
assert_equal "$(pid_of db)" "$($status | json '[p["pid"] for p in r["processes"] if p["name"] == "db"][0]')"
assert_equal '["web", 2, "RUNNING", true, 0, null]' "$($status | json '[[p[k] for k in
    ("program", "index", "state", "ready", "restarts", "exit")] for p in r["processes"] if p["name"] == "web:2"][0]')"
assert_equal '[null, null]' "$($status | json '[
    [p["pid"], p["uptime"]] for p in r["processes"] if p["name"] == "later"][0]')"

# Whatever the reason is made of, it stays on its line, and no terminal obeys it.
assert_status 1 reeve start odd
expect_line 'odd +FATAL +before_start: .* two lines,  \[31mred' reeve status odd
