#!/bin/sh
# A worker has the file's values, its own environment and the whole library that waits, and nothing that was reeve's.
. "${0%/*}/../lib.sh"

port=$(free_port)
cat >peer.py <<'END'
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"page of " + self.path.encode())
    def log_message(self, *a): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
END
config <<END
local prepared = { 1, 2, 3 } -- before any fork
reeve.after(0.01, function() reeve.log("notice", "timer of the supervisor") end)
reeve.every(0.01, function() end)
local file = io.open("supervisor.lua")

program "peer" { cmd = "python3 peer.py $port", starttime = 0, ready = { tcp = "127.0.0.1:$port" } }
program "work" {
    after = "peer", starttime = 0, autorestart = false, stdout = "out", stderr = "err",
    env = { FLAVOUR = "sweet" }, workingdir = "/", umask = "027", limits = { nofile = 100 },
    run = function(worker)
        local begun = reeve.now()
        print("name", worker.name, worker.program, worker.index, tostring(worker), #prepared)
        print("env", os.getenv("FLAVOUR"), os.getenv("REEVE_PROCESS"))
        print("sh", reeve.exec { cmd = { "sh", "-c", 'echo "\$FLAVOUR \$(pwd) \$(umask) \$(ulimit -n)"' } }.stdout)
        reeve.sleep(0.01)
        local done = 0
        reeve.task(function() reeve.sleep(0.01) done = done + 1 end)
        reeve.after(0.01, function() done = done + 1 end)
        local timer = reeve.every(0.01, function() done = done + 1 end)
        while done < 5 do reeve.sleep(0.01) end
        timer:cancel()
        local stream <close> = reeve.connect("tcp:127.0.0.1:$port")
        stream:write("GET /stream HTTP/1.0\r\n\r\n")
        print("stream", (stream:read_line():gsub("%s+$", "")))
        local page = reeve.http.get("http://localhost:$port/http")
        print("http", page and page.body)
        print("json", reeve.json.encode { a = 1 })
        print("command", reeve.command("status"))
        print("process", reeve.process("peer"))
        print("file", pcall(function() return file:read("l") end))
        local t = 0 -- hook_time does not apply
        while reeve.now() < begun + 0.5 do t = t + 1 end
        print("done", t > 0)
    end,
}
END
run_reeve
wait_for 'grep -q "^done" out'
expect_line 'name	work	work	1	work	3' cat out
expect_line 'env	sweet	work' cat out
expect_line 'sh	sweet / 0027 100' cat out
expect_line 'stream	HTTP/1.0 200 OK' cat out
expect_line 'http	page of /http' cat out
expect_line 'json	\{"a":1\}' cat out
expect_line 'command	nil	a worker is a process of its own.*' cat out
expect_line "process	nil	there is no process 'peer'" cat out
expect_line 'file	false	.*' cat out
expect_line 'done	true' cat out
assert_equal 1 "$(grep -c 'timer of the supervisor' "$log")" "only the supervisor has its timers"
assert_equal '' "$(cat err)"
