#!/bin/sh
# The configuration of magistrate itself runs as it is, for cron and for a supervisor that stays.
. "${0%/*}/server.inc"

start_server
states one=running two=running
mkdir config
cat >config/magistrate.yml <<END2
monitor_url: http://127.0.0.1:$port/
supervisor_name_override: Old Box
pid_path: pids
workers:
  one:
    daemonize: true
    start_cmd: sleep 1000
  two:
    daemonize: false
    working_dir: $dir
    start_cmd: sh -c 'sleep 1001 & echo \$! >two.pid'
    stop_cmd: kill \$(cat $dir/two.pid)
    pid_file: $dir/two.pid
END2
assert_status 0 "$REEVE" reconcile -c config/magistrate.yml
assert_equal "$(cat two.pid)" "$(last_report 'r["workers"]["two"]["pid"]')"
assert_equal '[1, null]' "$(last_report '[w["bounces"] for w in r["workers"].values()]')"
assert_equal '/api/status/old-box' "$(requests 'r[0]["path"]')"
one=$(last_report 'r["workers"]["one"]["pid"]')

# A supervisor that stays adopts them.
"$REEVE" run -c config/magistrate.yml -s "$socket" 2>>"$log" &
reeve_pid=$!
wait_for 'test "$(pid_of one)" = "$one" && test "$(pid_of two)" = "$(cat two.pid)"'
states one=stopped two=stopped
refresh
assert_equal '["stopped", "stopped"]' "$(last_report '[w["state"] for w in r["workers"].values()]')"
