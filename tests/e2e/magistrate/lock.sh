#!/bin/sh
# Passes that overlap take turns: nothing is started twice. Who follows nobody is told so.
. "${0%/*}/server.inc"

start_server
states one=running
config <<END2
supervisor { name = "box", state_dir = "$dir/state" }
program "one" { cmd = { "sh", "-c", "echo x >>$dir/starts; exec sleep 1000" }, detached = true, stdout = "discard",
  stderr = "discard", starttime = 0.5 }
require("reeve.magistrate").follow { url = "http://127.0.0.1:$port" }
END2
passes=
for _ in 1 2 3 4; do
    timeout 60 "$REEVE" reconcile -c supervisor.lua 2>>"$log" &
    passes="$passes $!"
done
for pass in $passes; do
    wait "$pass" || fail 'a pass failed'
done
assert_equal 1 "$(count_lines starts)" 'starts'
assert_equal 4 "$(count_reports)"

echo 'program "one" { cmd = "true" }' >supervisor.lua
assert_status 1 "$REEVE" reconcile -c supervisor.lua
expect_line '.*follows no server: there is nothing to reconcile' "$REEVE" reconcile -c supervisor.lua
