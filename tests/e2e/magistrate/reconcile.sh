#!/bin/sh
# reeve reconcile: one pass for cron. Detached programs are started, found again from anywhere, stopped, reported.
. "${0%/*}/server.inc"

start_server
config <<END2
supervisor { name = "box", state_dir = "state" }
program "plain" { cmd = "sleep 1000", detached = true, stdout = "discard", stderr = "discard", starttime = 0 }
program "daemon" { cmd = { "sh", "-c", "sleep 1000 & echo \$! >daemon.pid" }, workingdir = "$dir", detached = true, forks = true,
  pidfile = "daemon.pid", stop_cmd = { "sh", "-c", "touch $dir/stopped-by-command; kill \$MAINPID" },
  stdout = "discard", stderr = "discard", starttime = 0 }
program "unnamed" { cmd = "sleep 1001", detached = true, stdout = "discard", stderr = "discard" }
program "attached" { cmd = "sleep 1002" }
require("reeve.magistrate").follow { url = "http://127.0.0.1:$port" }
END2

# From another folder, as cron does.
reconcile()
{
    (cd / && timeout 60 "$REEVE" reconcile "$@" -c "$dir/supervisor.lua")
}
plain_pid()
{
    last_report 'r["workers"]["plain"]["pid"]'
}

sleepers()
{
    for pid in $(leftovers); do
        grep -xF sleep "/proc/$pid/comm" 2>/dev/null || true
    done
}

# Neither a server nor a cache.
mode status 500
assert_status 1 reconcile
assert_equal '' "$(sleepers)" 'programs that were started'

mode ok
states plain=running daemon=running attached=running
assert_status 0 reconcile
assert_equal '' "$output" 'what cron would send'
assert_equal '["plain", "daemon", "unnamed"]' "$(last_report 'list(r["workers"])')"
plain=$(plain_pid)
daemon=$(cat daemon.pid)
is_alive "$plain" || fail 'it does not live on'
is_alive "$daemon" || fail 'the daemon does not live on'
assert_equal "$plain" "$(awk '{ print $6 }' "/proc/$plain/stat")" 'its session'
assert_equal "[\"running\", \"running\", $daemon, null]" "$(last_report 'list(r["workers"]["daemon"].values())[:4]')"
assert_equal 1 "$(last_report 'r["workers"]["plain"]["bounces"]')"
assert_equal '["unmonitored", "unknown", null, 0]' "$(last_report 'list(r["workers"]["unnamed"].values())[:4]')"

# Found again, also while the server is silent.
assert_status 0 reconcile
assert_equal "$plain" "$(plain_pid)"
assert_equal 0 "$(last_report 'r["workers"]["plain"]["bounces"]')"
mode status 404
assert_status 0 reconcile
expect_line "plain +running +running +pid $plain" reconcile list
expect_line "daemon +running +running +pid $daemon" reconcile list
expect_line "unnamed +unmonitored +unknown *" reconcile list
mode ok

# One that has gone is started; a file with another one's pid is not believed.
kill -KILL "$plain"
wait_for '! is_alive $plain'
assert_status 0 reconcile
assert_equal '[1, true]' "$(last_report "[r['workers']['plain']['bounces'], r['workers']['plain']['pid'] != $plain]")"

# A user's word holds until the server changes its mind.
assert_status 0 reconcile stop daemon
test -e stopped-by-command || fail 'stop_cmd was not used'
wait_for '! is_alive $daemon'
assert_status 0 reconcile
assert_equal '["stopped", "stopped", null]' "$(last_report 'list(r["workers"]["daemon"].values())[:3]')"
assert_status 0 reconcile start unnamed
assert_status 0 reconcile
assert_equal '["running", "running"]' "$(last_report 'list(r["workers"]["unnamed"].values())[:2]')"
assert_status 4 reconcile start nobody
assert_status 1 reconcile stop attached
assert_status 2 reconcile stop
assert_status 2 reconcile sideways
states plain=forced_restart daemon=stopped
plain=$(plain_pid)
assert_status 0 reconcile
assert_equal true "$(last_report "r['workers']['plain']['pid'] not in (None, $plain)")" 'restarted'
states plain=running daemon=running
assert_status 0 reconcile
assert_equal running "$(last_report 'r["workers"]["daemon"]["state"]')"
states plain=stopped daemon=stopped unnamed=stopped
assert_status 0 reconcile
assert_equal '["stopped", "stopped", "stopped"]' "$(last_report '[w["state"] for w in r["workers"].values()]')"
assert_equal '' "$(sleepers)" 'programs that are left'

# -v tells what is done.
states plain=running
expect_line '.*plain: is to run, starting it.*' reconcile -v
states plain=stopped
assert_status 0 reconcile
