#!/usr/bin/python3
"""An HTTP server that misbehaves on request: httpd.py [CERTIFICATE KEY]

Prints its port, listens on 127.0.0.1, and ends at the end of its input. With a certificate it speaks TLS.

  /ok               200 and "hello"           /status?N      status N
  /echo             what was asked            /user          401 without user "ann" and password "b:c"
  /slow?S           "hello" after S seconds   /never         no answer
  /big?N            N bytes                   /endless       a body without an end
  /cut              10 bytes of 1000          /nothing       closes at once
  /trickle          a byte now and then       /garbage       something that is not HTTP
  /redirect?N       N redirects, then /ok     /circle        redirects to itself
  /to-file          redirects to a file:      /long-headers  headers without an end
  /lines?S          a line each S seconds, for ever
  /many?N           N lines at once           /crlf      two lines that end as in a mail
  /count            how many connections there were
  /keep?FILE        adds the body as a line to FILE, the headers to FILE.headers; 503 while there is a FILE.down;
                    a long answer if there is a FILE.wordy
"""
import base64
import http.server
import os
import socketserver
import ssl
import sys
import threading
import time


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 256
    connections = 0

    def process_request(self, request, address):
        Server.connections += 1
        super().process_request(request, address)

    def handle_error(self, request, address):
        pass  # clients that go away are what this server is for


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    context = None

    def setup(self):
        # Here, in the connection's own thread: a handshake should not hold up others.
        if self.context:
            self.request = self.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def log_message(self, *_):
        pass

    def answer(self, body, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def serve(self):
        path, _, argument = self.path.partition("?")
        handler = getattr(self, "on_" + path[1:].replace("-", "_"), None)
        if handler:
            handler(argument)
        else:
            self.answer(b"not here", 404)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = serve

    def on_ok(self, _):
        self.answer(b"hello", X_Twice="one", x_twice="two", X_Empty="")

    def on_echo(self, _):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(self.requestline.encode() + b"\n" + str(self.headers).encode() + body)

    def on_slow(self, argument):
        time.sleep(float(argument))
        self.answer(b"hello")

    def on_never(self, _):
        time.sleep(1000)

    def on_big(self, argument):
        self.answer(b"x" * int(argument))

    def on_endless(self, _):
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 65536)

    def on_trickle(self, _):
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"x")
            time.sleep(0.01)

    def on_lines(self, argument):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        number = 0
        while True:
            number += 1
            # In two pieces: where they are cut says nothing.
            for piece in (b"line %d" % number, b" is here\nand half of "):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            time.sleep(float(argument))

    def on_many(self, argument):
        self.answer(b"one of very many lines that come at once\n" * int(argument))

    def on_crlf(self, _):
        self.answer(b"one\r\ntwo\r\n\r\n")

    def on_cut(self, _):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"x" * 10)
        self.close_connection = True

    def on_nothing(self, _):
        self.close_connection = True

    def on_garbage(self, _):
        self.wfile.write(b"220 ready for mail\r\n")
        self.close_connection = True

    def on_redirect(self, argument):
        left = int(argument)
        self.answer(b"elsewhere", 302, Location="/redirect?%d" % (left - 1) if left > 1 else "/ok", X_Old="yes")

    def on_circle(self, _):
        self.answer(b"", 302, Location="/circle")

    def on_to_file(self, _):
        self.answer(b"", 302, Location="file:///etc/passwd")

    def on_status(self, argument):
        self.answer(b"told so", int(argument))

    def on_user(self, _):
        wanted = "Basic " + base64.b64encode(b"ann:b:c").decode()
        self.answer(b"hello", 200 if self.headers.get("Authorization") == wanted else 401)

    def on_long_headers(self, _):
        self.send_response(200)
        while True:
            self.send_header("X-More", "x" * 1000)
            self.flush_headers()

    def on_keep(self, argument):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if os.path.exists(argument + ".down"):
            self.answer(b"come back later", 503)
            return
        with open(argument + ".headers", "a") as out:
            out.write(str(self.headers))
        with open(argument, "ab") as out:
            out.write(body + b"\n")
        self.answer(b"kept" * 50000 if os.path.exists(argument + ".wordy") else b"kept")

    def on_count(self, _):
        self.answer(str(Server.connections).encode())


def main():
    server = Server(("127.0.0.1", 0), Handler)
    if len(sys.argv) >= 3:
        Handler.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        Handler.context.load_cert_chain(sys.argv[1], sys.argv[2])
    if len(sys.argv) == 4:  # clients must show a certificate of this authority
        Handler.context.verify_mode = ssl.CERT_REQUIRED
        Handler.context.load_verify_locations(sys.argv[3])
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


main()
