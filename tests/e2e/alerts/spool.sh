#!/bin/sh
# While the mail server is down alerts wait, through a reload and a restart of reeve, and go out when it is back; what
# is gathered when reeve ends is not lost either.
. "${0%/*}/servers"

serve_mail
touch down
config <<END
supervisor { state_dir = "$dir/state" }
require("reeve.alert").email { to = "ops@example.com", server = "127.0.0.1:$mail_port", digest = "200ms" }
program "web" { cmd = "sleep 0.2; exit 1", shell = true, starttime = 0, backoff = 60 }
END
run_reeve
wait_for 'grep -q "not delivered: .* closed the connection without an answer; trying again in 5s" log'
wait_for '[ -e state/alerts.json ]'
assert_equal 600 "$(stat -c %a state/alerts.json)"

# Over a reload: it is tried at once, by the new configuration.
echo 'program "late" { cmd = "sleep 0.2; exit 3", shell = true, starttime = 0, backoff = 60 }' >>supervisor.lua
reeve reload >/dev/null
wait_for '[ "$(grep -c "trying again in 5s" log)" -ge 2 ]'

# Over a restart, with what had happened but was not told yet.
wait_state late BACKOFF
stop_reeve
assert_equal 0 "$reeve_status"
rm down
run_reeve
wait_for '[ -e mails/2 ]'
subjects >all
grep -qE ' web crashed( 2 times)?: exited with status 1' all || fail "$(cat all)"
grep -qE ' late crashed( 2 times)?: exited with status 3' all || fail "$(cat all)"
wait_for '! grep -q late\ crashed state/alerts.json'

# A clean end while the server is there: what was gathered is sent, and nothing is left to do.
count=$(subjects | wc -l)
echo 'program "last" { cmd = "exit 5", shell = true, starttime = 0, backoff = 60 }' >>supervisor.lua
sed -i 's/digest = "200ms"/digest = 60/' supervisor.lua
reeve reload >/dev/null
wait_state last BACKOFF
stop_reeve
subjects >all
assert_equal $((count + 1)) "$(wc -l <all | tr -d ' ')" mails
tail -1 all | grep -qE ' last crashed( 2 times)?: exited with status 5' || fail "$(cat all)"
