#!/bin/sh
# Hooks ask for pages and send mail while everything else goes on; failures of the world are nil and a message.
. "${0%/*}/../lib.sh"

/usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || skip 'no aiosmtpd'
test -e "${REEVE%/*}/modules/curl.so" || skip 'no module curl'

# Both end at the end of their input.
mkfifo keep
mkdir mails
"$root/tests/programs/httpd.py" <keep >http.port &
"$root/tests/programs/smtpd.py" mails <keep >smtp.port &
exec 3>keep
wait_for '[ -s http.port ] && [ -s smtp.port ]'

config <<END2
local web, relay = "http://127.0.0.1:$(cat http.port)", "smtp://127.0.0.1:$(cat smtp.port)"
local function say(...) reeve.log("notice", ...) end

program "ticker" { cmd = "sleep 1000", starttime = 0, on_start = function()
    local r = assert(reeve.http.get(web .. "/ok"))
    say("get %d %s %s", r.status, r.body, type(r.headers["content-length"]))
    say("missing %d", assert(reeve.http.get(web .. "/status?404")).status)
    r = assert(reeve.http.post(web .. "/echo", "data=1", { headers = { ["X-Test"] = "yes" } }))
    say("post %s", r.body:find("data=1") and r.body:lower():find("x%-test: yes") and "good" or r.body)
    say("late %s %s", reeve.http.get(web .. "/never", { timeout = 0.1 }))
    local got = table.pack(reeve.http.get(web .. "/big?100000", { max_body = "10KB" }))
    say("big %d %s %s %d", got.n, got[1], got[2], got[3])
    got = table.pack(reeve.http.get("http://127.0.0.1:1/"))
    say("refused %d %s %s", got.n, got[1], got[2])
    say("wrong %s", select(2, pcall(reeve.http.get, "ftp://x/")))
    say("option %s", select(2, pcall(reeve.http.get, web, { timeot = 1 })))
    assert(reeve.mail.send { to = { "ops@example.com", "Root <root@example.com>" }, from = "reeve@example.com",
        subject = "web crashed", body = "line one\n.\nline two", server = relay })
    say("bounce %s %s", reeve.mail.send { to = "nobody@example.com", from = "a@example.com", server = relay })
    say("smuggle %s", select(2, pcall(reeve.mail.send, { to = "a@example.com\r\nBcc: b@example.com", server = relay })))
    say("the end")
end }
END2
run_reeve
wait_for 'grep -q "the end" "$log"'
for line in 'get 200 hello' 'missing 404' 'post good' 'late nil ' 'big 3 nil the body ' 'bytes 200' 'refused 2 nil ' 'wrong reeve.http.get: ' \
    "option unknown option 'timeot'" 'bounce nil ' 'smuggle reeve.mail.send: '; do
    grep -qF "$line" "$log" || fail "no '$line' in the log"
done
test -s mails/1 || fail 'no mail arrived'
grep -q '^reeve@example.com ops@example.com root@example.com' mails/1 || fail 'not the right receivers'
grep -q '^Subject: web crashed' mails/1 || fail 'no subject'
grep -q '^line two' mails/1 || fail 'the body was cut'
