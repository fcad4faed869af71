#!/bin/sh
# A health check that goes on failing is told once, not by each check; that it is well again is told too.
. "${0%/*}/servers"

serve_mail
config <<END
local alert = require "reeve.alert"
alert.email { to = "ops@example.com", server = "127.0.0.1:$mail_port", digest = 0.1, on = { "health", "recovered" } }
program "web" {
    cmd = "sleep 1000", starttime = 0,
    health = { exec = "sh -c 'echo >>$dir/checks; test -e $dir/well'", every = 0.1, action = "none" },
}
END
run_reeve
wait_for '[ -e mails/1 ]'
told=$(wc -l <checks)
wait_for "[ \$(wc -l <checks) -gt $((told + 10)) ]"
touch well
wait_for '[ -e mails/2 ]'
subjects >all
head -1 all | grep -qE '^\[.*\] web is not well( [0-9]+ times)?: exec sh: exited with status 1$' || fail "$(cat all)"
tail -1 all | grep -qE '^\[.*\] web is well again: exec sh: exited with status 1$' || fail "$(cat all)"
assert_equal 2 "$(wc -l <all | tr -d ' ')" mails
