#!/bin/sh
# A stream that reeve has open is none of a worker's, which reads others of its own,
# also when Lua has collected that one.
. "${0%/*}/../lib.sh"

port=$(free_port)
cat >peer.py <<'END'
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"first of " + self.path.encode() + b"\n")
        self.wfile.flush()
        if self.path == "/reeve":
            self.rfile.read()
    def log_message(self, *a): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
END
config <<END
local held
local function read(path)
    local stream = assert(reeve.http.stream { url = "http://127.0.0.1:$port" .. path })
    return stream, stream:read_line()
end

program "peer" { cmd = "python3 peer.py $port", starttime = 0, ready = { tcp = "127.0.0.1:$port" } }
program "work" {
    after = "peer", starttime = 0, autorestart = false, stdout = "out", stderr = "err",
    before_start = function()
        local line
        held, line = read("/reeve")
        reeve.log("notice", "reeve: %s", line)
    end,
    run = function()
        held = nil
        for i = 1, 500000 do local _ = { i } end
        for _, name in ipairs { "/a", "/b" } do
            local stream <close>, line = read(name)
            print(line)
        end
    end,
}
END
run_reeve
wait_state work EXITED
cat err >&2
assert_equal 'first of /a first of /b' "$(paste -sd ' ' out)"
grep -q 'reeve: first of /reeve' log || fail "reeve itself read nothing"
