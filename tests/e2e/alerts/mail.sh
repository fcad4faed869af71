#!/bin/sh
# A crash is a mail that says all there is to know, the same one again only a count, a recovery is told, and so is a
# program that is given up.
. "${0%/*}/servers"

serve_mail
config <<END
local alert = require "reeve.alert"
alert.email { to = { "ops@example.com", "Root <root@example.com>" }, from = "reeve@example.com",
  server = "127.0.0.1:$mail_port", digest = "300ms", repeat_after = 5 }
alert.email { to = "db@example.com", server = "127.0.0.1:$mail_port", digest = 0, on = "fatal", programs = "db*" }
program "web" {
  cmd = "echo to stdout; echo to stderr >&2; test -e $dir/good && exec sleep 1000; exit 7",
  shell = true, starttime = 0, backoff = 0.1, stable = 3,
}
END
run_reeve
host=$(uname -n)
wait_for '[ -e mails/1 ]'
assert_equal 'from reeve@example.com to ops@example.com root@example.com' \
    "$(head -1 mails/1 | sed 's/^/from /; s/ ops/ to ops/')"
subjects >all
grep -qE "^\[$host\] web crashed( [0-9]+ times)?: exited with status 7, restarting" all || fail "$(cat all)"
body_of 1 >body
for line in 'process:   web' 'cause:     exited with status 7' 'uptime:    [0-9.]+s' 'restarts:  [0-9]+' \
    'verdict:   restarting( in [0-9]+ms)?' 'last lines of stdout:' '    to stdout' 'last lines of stderr:' \
    '    to stderr'; do
    grep -qxE -- "$line" body || fail "no '$line' in $(cat body)"
done

# The same again is only counted, until repeat_after has passed.
wait_for '[ -e mails/2 ]'
subjects >all
assert_equal 2 "$(wc -l <all | tr -d ' ')" mails
sed -n 2p all | grep -qE "web crashed [0-9]+ times: exited with status 7" || fail "$(cat all)"
body_of 2 >body
for line in 'before:    exited with status 7 after .*, at 20.*' '    to stderr'; do
    grep -qxE -- "$line" body || fail "no '$line' in $(cat body)"
done

# Up for `stable`: a mail says so, with the crashes since the last one if that took as long as repeat_after.
touch good
wait_for 'subjects >all && grep -q "up again" all'
grep -qE "^\[$host\] web (is up again: exited with status 7|crashed [0-9]+ times: .*; it is up again)\$" all || fail "$(cat all)"

# The second alert hears only of its programs, and only of the end of all tries.
cat >>supervisor.lua <<'END'
program "db" { cmd = "/nonexistent/db", startretries = 0 }
END
reeve reload >/dev/null
wait_for 'grep -lq "^reeve@.* db@example.com" mails/[0-9]*'
mail=$(grep -l "^reeve@.* db@example.com" mails/[0-9]*)
body_of "${mail#mails/}" >body
grep -qxF "cause:     exec: '/nonexistent/db': No such file or directory" body || fail "$(cat body)"
grep -qxE 'verdict:   giving up: .*' body || fail "$(cat body)"

# And now, by hand.
expect_line 'email to ops@example.com, Root <root@example.com>: sent' reeve alert test
expect_line 'email to db@example.com: sent' reeve alert test
subjects >all
grep -q "reeve sends a test alert: nothing has happened" all || fail "$(cat all)"
stop_mail
assert_status 1 reeve alert test
expect_line "email to db@example.com: ERROR \(cannot connect to 127.0.0.1:$mail_port: Connection refused\)" \
    reeve alert test
