#!/bin/sh
# When reeve has crashed too often and calls no hooks any more, an alert says so, and alerts go on.
. "${0%/*}/servers"

serve_web
config <<END
local alert = require "reeve.alert"
alert.webhook { url = "$web/keep?posts", digest = 0 }
program "web" {
  cmd = "sleep 1000", starttime = 0, autorestart = false,
  on_exit = function() reeve.log("notice", "a hook") end,
}
END
run_reeve
for i in 1 2 3; do
    kill -SEGV "$reeve_pid"
    wait_for "test \$(grep -c 'goes on after a crash' '$log') -eq $i"
done
wait_for '[ -s posts ]'
assert_equal 'reeve: hooks are off, after too many crashes or hangs within a minute, until the next reload' \
    "$(json 'r["process"] + ": " + r["reason"]' <posts)"
kill -KILL "$(pid_of web)"
wait_for '[ "$(wc -l <posts)" -eq 2 ]'
assert_equal web "$(tail -n 1 posts | json 'r["process"]')"
assert_equal 0 "$(grep -c 'a hook' "$log" || true)"
