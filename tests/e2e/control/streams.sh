#!/bin/sh
# Live output: text and JSON, marked lines, the ways to end a stream, half-close.
. "${0%/*}/../lib.sh"

config <<'END'
program "ticker" { cmd = "i=0; while :; do i=$((i+1)); echo OK $i; echo .dot; sleep 0.05; done", shell = true, starttime = 0 }
program "web" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve
wait_state ticker RUNNING
wait_for 'test "$(reeve tail ticker | wc -l)" -ge 4'

# Lines that look like the end of a reply have a dot in front, in text only.
reeve_says 'tail -n 2 ticker' >answer
grep -qx '\.OK [0-9]*' answer || fail "no marked OK: $(cat answer)"
grep -qx '\.\.dot' answer || fail "no marked dot: $(cat answer)"
reeve tail -n 2 ticker | grep -qx '\.dot' || fail "the client shows marks"

# Flags may come with their values, and stand together.
assert_equal 3 "$(reeve tail -n3 -n9 ticker | wc -l)" 'lines by the first of two flags'
reeve tail -fn 1 ticker >together &
wait_for 'test "$(count_lines together)" -ge 5'
kill $!

cat >streams.py <<'END'
import json, socket, sys

class Client:
    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect("sock")
        self.file = self.socket.makefile("rb")
        self.line()
    def say(self, text):
        self.socket.sendall(text.encode())
    def line(self):
        return self.file.readline().decode(errors="replace").rstrip("\n")
    def until(self, test):
        while True:
            line = self.line()
            assert line, "the connection was closed"
            if test(line):
                return line

# Any line ends a stream in text, and is a command of its own.
c = Client()
c.say("tail -f -n 0 ticker\n")
c.until(lambda l: l.startswith(".OK"))
c.say("version\n")
c.until(lambda l: l == "OK")
assert c.line().startswith("reeve ")
assert c.line() == "OK"

# So does telnet's interrupt.
c.say("tail -f ticker\n")
c.until(lambda l: l.startswith(".OK"))
c.socket.sendall(b"\xff\xf4\xff\xfd\x06")
c.until(lambda l: l.endswith("OK"))

# A half-close does not.
c.say("tail -f ticker")
c.socket.shutdown(socket.SHUT_WR)
for i in range(3):
    c.until(lambda l: l.startswith(".OK"))

# In JSON others go on beside it, until it is cancelled.
c = Client()
c.say('{"verb":"tail","args":["-f","ticker"],"id":"s"}\n{"verb":"status","args":["web"],"id":2}\n')
r = json.loads(c.until(lambda l: '"id":2' in l))
assert r["ok"] and r["data"]["processes"][0]["name"] == "web"
r = json.loads(c.until(lambda l: '"id":"s"' in l))
assert "OK" in r["data"] or "dot" in r["data"]
c.say('{"verb":"cancel","args":["s"]}\n')
r = json.loads(c.until(lambda l: '"end"' in l))
assert r == {"id": "s", "ok": True, "end": True}, r

# A request that waits is cancelled too; events are objects.
c = Client()
c.say('{"verb":"events","args":["-f","-n",0],"id":1}\n{"verb":"wait","args":["web","FATAL"],"id":2}\n')
c.say('{"verb":"cancel","args":[2],"id":3}\n')
r = json.loads(c.until(lambda l: '"id":2' in l))
assert not r["ok"] and r["error"]["code"] == "failed"
r = json.loads(c.until(lambda l: '"id":3' in l))
assert r["ok"], r
c.say('{"verb":"stop","args":["web"],"id":4}\n')
events = []
while True:
    r = json.loads(c.line())
    if r["id"] == 1:
        events.append((r["data"]["event"], r["data"]["process"], r["data"]["state"]))
    if ("state", "web", "STOPPED") in events:
        break
assert ("state", "web", "STOPPING") in events and ("stop", "web", "STOPPING") in events, events
END
python3 streams.py >streams.out 2>&1 || fail "$(cat streams.out)"

# The client follows until the process is gone for good.
reeve tail -f ticker >followed &
follower=$!
wait_for 'test "$(count_lines followed)" -ge 12'
echo 'program "web" { cmd = "sleep 1000", starttime = 0 }' >supervisor.lua
assert_status 0 reeve reload --wait
wait "$follower" || fail "tail -f ended with $?"
expect_line '[^ ]* reeve reload: .*kept: web; .*removed: ticker.*' reeve events

# A plain path is followed as a file.
config <<'END'
program "path" { cmd = "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done", shell = true, starttime = 0, stdout = os.getenv("E2E_DIR") .. "/path.out" }
END
assert_status 0 reeve reload --wait
reeve tail -f -n 0 path >followed &
wait_for 'grep -q "^line 9$" followed'
kill $!
