#!/bin/sh
# A mail server that says nothing holds up the end of reeve for a few seconds only, or not at all if somebody asks twice;
# the alert is kept for the next start.
. "${0%/*}/servers"

serve_mail
touch mute
config <<END
supervisor { state_dir = "$dir/state" }
require("reeve.alert").email { to = "ops@example.com", server = "127.0.0.1:$mail_port", digest = 0, timeout = 60 }
program "web" { cmd = "exit 1", shell = true, starttime = 0, autorestart = false }
END
run_reeve
wait_for 'reeve tasks | grep -q alert/ways.lua'
stop_reeve
assert_equal 0 "$reeve_status"
grep -q 'web crashed' state/alerts.json || fail "the alert is lost: $(cat state/alerts.json)"

spawn_reeve
wait_for is_answering
wait_for 'reeve tasks | grep -q alert/ways.lua'
kill -TERM "$reeve_pid"
wait_for '[ "$(grep -c "stopping everything" log)" -eq 2 ]' # signals coalesce
kill -TERM "$reeve_pid"
wait_for 'grep -q "again: \(ending at once\|killing everything\)" log'
wait_end
grep -q 'web crashed' state/alerts.json || fail "the alert is lost: $(cat state/alerts.json)"
rm mute
run_reeve
wait_for '[ -e mails/1 ]'
subjects >all
grep -q 'web crashed' all || fail "$(cat all)"
