#!/bin/sh
# When everything crashes at once it is one mail and one post, whatever hooks of the user's do meanwhile.
. "${0%/*}/servers"

serve_mail
serve_web
config <<END
local alert = require "reeve.alert"
alert.email { to = "ops@example.com", server = "127.0.0.1:$mail_port", digest = 4 }
alert.webhook { url = "$web/keep?posts", digest = 4, from = "ops@example.com", headers = { ["X-Token"] = "secret" } }
program "p" {
  cmd = "until [ -e $dir/go ]; do sleep 0.1; done; echo bye; exit 1", shell = true, numprocs = 50, starttime = 0, autorestart = false,
  on_exit = function(p)
    if p.index % 2 == 0 then error("this hook is broken") end
    reeve.sleep(1000) -- and this one keeps the others of its process waiting
  end,
}
END
run_reeve
touch go
wait_for '[ -e mails/1 ] && [ -s posts ]'
subjects >all
grep -qE '^\[.*\] p:[0-9]+ crashed, .*, 45 more$' all || fail "$(cat all)"
assert_equal 1 "$(wc -l <posts | tr -d ' ')" posts
assert_equal 'crash exited with status 1 left as it is bye 49 True' "$(json '
    "%s %s %s %s %d %s" % (r["event"], r["reason"], r["verdict"], r["stdout"].strip(), len(r["others"]),
                           isinstance(r["uptime"], float))' <posts)"
test ! -e mails/2 || fail "a second mail: $(subjects)"
expect_line 'From: ops@example.com' cat posts.headers
expect_line 'X-Token: secret' cat posts.headers
expect_line 'Content-Type: application/json' cat posts.headers
reeve alert test >/dev/null
assert_equal 'test reeve' "$(tail -1 posts | json '"%s %s" % (r["event"], r["process"])')"
