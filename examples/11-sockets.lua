-- A web server on a socket that reeve holds: nobody is refused while it restarts.
--
--     build/reeve run -c examples/11-sockets.lua
--     curl http://127.0.0.1:8080/              -- who answers?
--     build/reeve restart web                  -- and in between?

socket "web" { listen = "tcp:127.0.0.1:8080" }

-- Any server that knows systemd's socket activation will do. It finds the socket as descriptor 3.
local server = [[
import http.server, os, socket

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"hello from {os.environ['REEVE_PROCESS']}\n".encode())

server = http.server.HTTPServer(("127.0.0.1", 8080), Handler, bind_and_activate=False)
server.socket.close()
server.socket = socket.socket(fileno=3)
server.serve_forever()
]]

-- Two processes share it: the kernel gives each connection to one of them.
program "web" {
    cmd = { "python3", "-c", server },
    numprocs = 2,
    sockets = "web",
    starttime = 0.5,
}
