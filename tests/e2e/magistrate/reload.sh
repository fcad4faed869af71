#!/bin/sh
# A reload in the middle of a pass: the new file's words hold, nothing is restarted twice, without a cache as well.
. "${0%/*}/server.inc"

start_server
states one=forced_restart two=running
follow()
{
    config <<END2
supervisor { name = "box" }
program "one" { cmd = "sleep 1000", autostart = false, starttime = 0 }
program "two" { cmd = "sleep 1000", autostart = false, starttime = 0 }
require("reeve.magistrate").follow { url = "http://127.0.0.1:$port", interval = "1h", name = "$1" }
END2
}

follow box
touch server/deaf
run_reeve
wait_state one RUNNING
wait_for 'test "$(count_reports)" -eq 1'
first=$(pid_of one)

follow box # the same, but the file is new
echo '-- changed' >>supervisor.lua
reeve reload >/dev/null
wait_for 'test "$(count_reports)" -eq 2'
assert_equal "$first" "$(pid_of one)" 'restarted again after the reload'
assert_equal true "$(last_report 'r["workers"]["one"]["target_state"] == "forced_restart"')"
reeve stop two >/dev/null
reeve reload >/dev/null
wait_for 'test "$(count_reports)" -eq 3'
assert_equal STOPPED "$(state two)" 'stopped by a user before the reload'

# The old file's pass waits for an answer that comes when the new one is in force.
rm server/deaf
mode late 1
asked=$(count_asked)
reeve refresh >/dev/null
wait_for 'test "$(count_asked)" -gt "$asked"'
mode ok
follow other
reeve reload >/dev/null
wait_for 'grep -q "api/status/other" server/requests && test "$(count_reports)" -eq 4'
