#!/usr/bin/python3
"""What answers as etcd does, or otherwise: etcdd.py FOLDER

Prints its port, listens on 127.0.0.1, and ends at the end of its input. Nothing is remembered: there are no keys, and
every lock is free. What is asked for is added to FOLDER/asked, a path in each line. If there is a FOLDER/answer its
first line is a path, and the rest is what is answered there; a watch says that, and then nothing until the other side
closes it, which is added to FOLDER/closed.
"""
import http.server
import json
import socketserver
import sys
import threading

GOOD = {
    "kv/range": {"header": {"revision": "5"}},
    "kv/put": {"header": {"revision": "6"}},
    "kv/txn": {"header": {"revision": "7"}, "succeeded": True},
    "lease/grant": {"header": {"revision": "7"}, "ID": "77", "TTL": "3"},
    "lease/keepalive": {"result": {"header": {"revision": "7"}, "ID": "77", "TTL": "3"}},
    "watch": {"result": {"created": True}},
}
folder = sys.argv[1]


def note(file, line):
    with open(f"{folder}/{file}", "a", encoding="utf-8") as out:
        out.write(line + "\n")


def answer_to(path):
    try:
        with open(f"{folder}/answer", encoding="utf-8") as file:
            bad_path, _, text = file.read().partition("\n")
    except FileNotFoundError:
        bad_path, text = None, ""
    return text if path == bad_path else json.dumps(GOOD[path]) + "\n"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        path = self.path[len("/v3/"):]
        note("asked", path)
        answer = answer_to(path).encode()
        self.send_response(200)
        if path != "watch":
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        if path == "watch":
            self.close_connection = True
            self.rfile.read(1)
            note("closed", path)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        pass


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
