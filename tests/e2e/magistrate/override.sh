#!/bin/sh
# What a user says holds against the server until the server changes its mind, also when reeve starts anew.
. "${0%/*}/server.inc"

start_server
states one=running two=stopped many=running
config <<END2
supervisor { name = "box", state_dir = "$dir/state" }
program "one" { cmd = "sleep 1000", autostart = false, starttime = 0 }
program "two" { cmd = "sleep 1000", autostart = false, starttime = 0 }
program "many" { cmd = "sleep 1000", autostart = false, starttime = 0, numprocs = 2 }
require("reeve.magistrate").follow { url = "http://127.0.0.1:$port", interval = "1h" }
END2
run_reeve
wait_state one RUNNING
wait_for 'test "$(count_reports)" -eq 1'

reeve stop one >/dev/null
reeve start two >/dev/null
reeve stop many:2 >/dev/null
refresh
assert_equal STOPPED "$(state one)" 'stopped by a user'
assert_equal RUNNING "$(state two)" 'started by a user'
assert_equal RUNNING "$(state many:1)"
assert_equal STOPPED "$(state many:2)" 'a part of a program'
assert_equal '["stopped", "stopped"]' "$(last_report '[r["workers"]["one"][k] for k in ("state", "target_state")]')"
assert_equal '["running", "running"]' "$(last_report '[r["workers"]["two"][k] for k in ("state", "target_state")]')"

# In the cache too, also when the server is silent.
stop_reeve
mode status 500
run_reeve
wait_state two RUNNING
refresh
assert_equal STOPPED "$(state one)" 'stopped by a user before'

# The server changes its mind about one of them only.
mode ok
states one=running two=unmonitored many=running
refresh
assert_equal STOPPED "$(state one)"
assert_equal RUNNING "$(state two)" 'unmonitored'
states one=stopped two=stopped
refresh
states one=running two=stopped
refresh
wait_state one RUNNING
wait_state two STOPPED
assert_equal null "$(json 'r["workers"]["one"].get("override")' <state/magistrate.json)"

# A restart by the server is a change of mind too; that it says "running" after it is none.
reeve stop one >/dev/null
states one=forced_restart two=stopped
refresh
wait_state one RUNNING
reeve stop one >/dev/null
refresh
assert_equal STOPPED "$(state one)" 'stopped after the restart'
