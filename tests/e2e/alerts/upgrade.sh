#!/bin/sh
# What was gathered before an upgrade is told after it, once.
. "${0%/*}/servers"

serve_mail
config <<END
require("reeve.alert").email { to = "ops@example.com", server = "127.0.0.1:$mail_port", digest = 3 }
program "web" { cmd = "until [ -e $dir/go ]; do sleep 0.02; done; exit 3", shell = true, starttime = 0,
  autorestart = false }
END
run_reeve
touch go
wait_state web EXITED
reeve upgrade >/dev/null
wait_for '[ -e mails/1 ]'
stop_reeve
subjects >all
assert_equal "[$(uname -n)] web crashed: exited with status 3, left as it is" "$(cat all)"
