#!/bin/sh
# Failed checks in a row restart a program; others only say so. A heartbeat that stops is the end of a process.
. "${0%/*}/../lib.sh"

port=$(free_port)
cat >server.py <<'END'
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if not os.path.exists("sick") else 500); self.end_headers()
    def log_message(self, *arguments): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
END
config <<END
program "web" { cmd = "python3 server.py $port", ready = { tcp = "127.0.0.1:$port" },
  health = { http = "http://127.0.0.1:$port/", every = 0.1, failures = 2 },
  on_health = function(p, ok, why) if not ok then reeve.log("notice", "heard of %s: %s", p.name, why) end end }
program "told" { cmd = "sleep 1000", starttime = 0, health = { exec = "test ! -e sick", every = 0.1, action = "none" } }
program "given-up" { cmd = "sleep 1000", starttime = 0, health = { exec = "test ! -e sick", every = 0.1, action = "stop" } }
program "asked" { cmd = "sleep 1000", starttime = 0, health = { every = 0.1, failures = 1,
  check = function(p) return not io.open("sick"), "it is sick\27[2J" end,
  action = function(p, why) reeve.log("notice", "action for %s: %s", p.name, why) end } }
program "fat" { cmd = { "python3", "-c", "import time; x = b'x' * 50000000; time.sleep(1000)" }, starttime = 0.5,
  health = { max_memory = "20MB", every = 0.1, failures = 2 }, autorestart = false }
program "quiet" { cmd = "sleep 1000", starttime = 0, watchdog = 0.5, autorestart = false }
program "beating" { cmd = { "sh", "-c", "while :; do systemd-notify WATCHDOG=1; sleep 0.1; done" }, starttime = 0, watchdog = 2 }
END
run_reeve
wait_state web RUNNING
first=$(pid_of web)
wait_state fat EXITED
wait_state quiet EXITED
expect_line 'last end: no heartbeat for 0.5s after .*' reeve why quiet
expect_line 'last end: unhealthy: it uses [0-9]+ MB of memory, more than max_memory after .*' reeve why fat
assert_status 0 reeve health web told asked
touch sick
wait_for 'grep -q "web is unhealthy: http http://127.0.0.1:[0-9]*/: the status is 500" "$log"'
wait_state given-up STOPPED
wait_for '! reeve health told >/dev/null'
assert_equal RUNNING "$(state told)"
wait_for 'grep -q "heard of web: http" "$log"'
wait_for 'grep -q "action for asked: it is sick" "$log"'
wait_for 'reeve events -n 100 | grep -q "asked health: it is sick \[2J"' # no terminal obeys it
rm sick
wait_for 'test "$(state web)" = RUNNING && test "$(pid_of web)" != "$first"'
wait_for 'reeve health told >/dev/null'
if command -v systemd-notify >/dev/null; then
    assert_equal RUNNING "$(state beating)"
    if grep -q 'beating: no heartbeat' "$log"; then
        fail 'a heartbeat was not heard'
    fi
fi
