#!/usr/bin/python3
"""A server of target states that records, and misbehaves on request: magistrated.py FOLDER [CERTIFICATE KEY]

Prints its port, listens on 127.0.0.1, and ends at the end of its input. With a certificate it speaks TLS.

  FOLDER/states     what it answers to GET; an acknowledged restart changes it
  FOLDER/mode       how it answers GET (see MODES below; default: ok)
  FOLDER/deaf       while this exists, each POST is answered with status 500
  FOLDER/forgetful  while this exists, an acknowledgement is answered well and changes nothing
  FOLDER/requests   what it was asked, a line of JSON each: method, path, headers, body
"""
import http.server
import json
import os
import socketserver
import ssl
import sys
import threading
import time


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    lock = threading.Lock()

    def handle_error(self, request, address):
        pass  # clients that go away are what this server is for


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    context = None
    folder = "."

    def setup(self):
        if self.context:
            self.request = self.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def log_message(self, *_):
        pass

    def read(self, name, otherwise=""):
        try:
            with open(os.path.join(self.folder, name)) as file:
                return file.read()
        except FileNotFoundError:
            return otherwise

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def record(self, body):
        entry = {"method": self.command, "path": self.path, "headers": dict(self.headers), "body": body}
        with self.server.lock, open(os.path.join(self.folder, "requests"), "a") as file:
            file.write(json.dumps(entry) + "\n")

    def do_GET(self):
        self.record("")
        mode, _, argument = self.read("mode", "ok").strip().partition(" ")
        MODES[mode](self, argument)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.record(body)
        if os.path.exists(os.path.join(self.folder, "deaf")):
            self.answer(500, "deaf")
        elif self.path.startswith("/supervisors/") or "/supervisors/" in self.path:
            if not os.path.exists(os.path.join(self.folder, "forgetful")):
                self.change(self.path.split("/"))
            self.answer(302, "", Location="/")
        else:
            self.answer(200, '{"status":"Ok"}')

    def change(self, path):
        worker, state = path[-3], path[-1]
        with self.server.lock:
            states = json.loads(self.read("states"))
            states["workers"][worker]["target_state"] = state
            with open(os.path.join(self.folder, "states.new"), "w") as file:
                json.dump(states, file)
            os.rename(os.path.join(self.folder, "states.new"), os.path.join(self.folder, "states"))

    def ok(self, _):
        self.answer(200, self.read("states", "{}"), Content_Type="application/json")

    def status(self, argument):
        self.answer(int(argument), self.read("states", "{}"), Location="/elsewhere")

    def text(self, argument):
        self.answer(200, argument)

    def trickle(self, _):
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b" ")
            time.sleep(0.05)

    def cut(self, _):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(self.read("states").encode())
        self.close_connection = True

    def late(self, argument):
        time.sleep(float(argument))
        self.ok("")


MODES = {
    "ok": Handler.ok,            # the states
    "status": Handler.status,    # them, with status N
    "text": Handler.text,        # 200 and this text
    "never": lambda *_: time.sleep(1000),
    "trickle": Handler.trickle,  # a space now and then, for ever
    "cut": Handler.cut,          # less than it promises
    "late": Handler.late,        # the states, after N seconds
    "hang-up": lambda handler, _: setattr(handler, "close_connection", True),
}


def main():
    Handler.folder = sys.argv[1]
    server = Server(("127.0.0.1", 0), Handler)
    if len(sys.argv) == 4:
        Handler.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        Handler.context.load_cert_chain(sys.argv[2], sys.argv[3])
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


main()
