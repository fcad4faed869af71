#!/bin/sh
# A web server that is out of order gets the post some seconds later, once, however much it then says; a mail that is
# refused for its receiver holds up no other alert.
. "${0%/*}/servers"

serve_mail
serve_web
touch posts.down posts.wordy
config <<END
local alert = require "reeve.alert"
alert.webhook { url = "$web/keep?posts", digest = 0 }
alert.email { to = "nobody@example.com", server = "127.0.0.1:$mail_port", digest = 0 }
alert.email { to = "ops@example.com", server = "127.0.0.1:$mail_port", digest = 0 }
program "web" { cmd = "exit 3", shell = true, starttime = 0, autorestart = false }
END
run_reeve
wait_for 'grep -q "alert by webhook $web: not delivered: it answered with status 503; trying again in 5s" log'
wait_for 'grep -q "alert by email to nobody@example.com: not delivered: .* refused the mail: 550 .*; trying again in 5s" log'
wait_for '[ -e mails/1 ]'
rm posts.down
wait_for '[ -s posts ]'
assert_equal 1 "$(wc -l <posts | tr -d ' ')" posts
wait_for 'grep -q "alert by webhook $web: delivered, failed tries before: 1" log'

# Passwords and paths of addresses are nobody's business.
! grep -q 'keep?posts' log || fail 'the path of a webhook is in the log'
