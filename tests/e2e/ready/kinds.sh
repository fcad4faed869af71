#!/bin/sh
# Every way to be ready: none is RUNNING before it, each is after it, in a later life of reeve too.
. "${0%/*}/../lib.sh"

port=$(free_port) web=$(free_port)
cat >server.py <<'END'
import http.server, os, socket, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status = 204 if self.path == "/health" and os.path.exists("go") else 503
        self.send_response(status); self.end_headers()
    def log_message(self, *arguments): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
END
cat >await <<'END'
#!/bin/sh
until test -e go; do sleep 0.02; done
END
chmod +x await
config <<END
local function after(text) return { "sh", "-c", "./await; " .. text .. "; exec sleep 1000" } end
program "fd" { cmd = after "echo >&4", ready = { fd = 4 } }
program "line" { cmd = after "echo starting; echo ready: 17 workers >&2", ready = { line = "^ready: %d+ workers$" } }
program "file" { cmd = after "touch up", ready = { file = "up" } }
program "exec" { cmd = "sleep 1000", ready = { exec = "test -e go" } }
program "http" { cmd = "python3 server.py $web", ready = { http = "http://localhost:$web/health", status = 204 } }
program "tcp" { cmd = { "sh", "-c", "./await; exec python3 server.py $port" }, ready = { tcp = "127.0.0.1:$port" } }
program "unix" { cmd = { "sh", "-c", "./await; exec nc -lkU $dir/unix.sock" }, ready = { unix = "$dir/unix.sock" } }
program "yes" { cmd = "sleep 1000", ready = function(p) return p.name == "yes" end }
program "no" { cmd = "sleep 1000", startretries = 0, ready = function() return nil, "out of paint" end }
program "hardly" { cmd = "sleep 1000", startretries = 0, ready = function() return reeve.exec { cmd = "false" } end }
program "broken" { cmd = "sleep 1000", startretries = 0, ready = function() error "oh dear" end }
program "slow" { cmd = "sleep 1000", starttime = 0.1, ready = "starttime" }
END
run_reeve
for name in yes slow; do
    wait_state "$name" RUNNING
    if reeve why "$name" | grep 'not ready'; then fail "$name is RUNNING"; fi
done
for name in no hardly broken; do
    wait_state "$name" FATAL
done
expect_line 'no +FATAL +not ready: out of paint' reeve status no
expect_line 'hardly +FATAL +not ready: it returned a table, not true' reeve status hardly
for name in fd line file exec http tcp unix; do
    assert_equal STARTING "$(state "$name")" "$name"
done
expect_line 'not ready yet, it waits for: the newline' reeve why fd
expect_line 'not ready yet, it waits for: the line of output' reeve why line
wait_for 'reeve why file | grep -q "it waits for: file .*: No such file or directory"'
expect_line 'not ready yet, it waits for: tcp .*: Connection refused' reeve why tcp
fd=$(pid_of fd)
reeve upgrade >"$dir/null"
kill -SEGV "$reeve_pid"
wait_for 'grep -q "goes on after a crash" "$log"'
for name in fd line file exec http tcp unix; do
    assert_equal STARTING "$(state "$name")" "$name in the next life"
done
touch go
for name in fd line file exec http tcp unix; do
    wait_state "$name" RUNNING
done
assert_equal "$fd" "$(pid_of fd)" "whose newline a later life reads"

# A stream that reeve does not read has no lines, and a pattern must be one.
config <<'END'
program "line" { cmd = "sleep 1000", stdout = "/dev/null", ready = { line = "ready" } }
program "odd" { cmd = "sleep 1000", ready = { line = "(ready" } }
END
assert_status 1 "$REEVE" check -c supervisor.lua
expect_line ".*:1: program 'line': 'ready.line' hears nothing.*" "$REEVE" check -c supervisor.lua
expect_line ".*:2: program 'odd': 'ready': 'line': '\(ready' is no Lua pattern: .*" "$REEVE" check -c supervisor.lua
