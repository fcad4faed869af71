#!/usr/bin/python3
"""A server of target states: boxes ask it what to run, people tell it on its page.

It speaks the format of magistrate_monitor, with SQLite behind it, and needs nothing but Python.

    server.py [--listen HOST:PORT] [--database FILE] [--auth FILE]

--listen    127.0.0.1:9292 unless said otherwise; ignored when a supervisor passes a socket (LISTEN_FDS)
--database  where everything is kept; made if it is missing (magistrate.db)
--auth      a file with USER:PASSWORD in its first line, asked of boxes and people alike. Without it everybody who
            reaches the port may tell the boxes what to run: keep it on the loopback, or behind a proxy
"""
import argparse
import base64
import hmac
import html
import http.server
import json
import os
import secrets
import socket
import socketserver
import sqlite3
import sys
import threading
import time
import urllib.parse

STATES = {"running": "Run", "stopped": "Stop", "forced_restart": "Restart", "unmonitored": "Unmonitor"}
BODY_MOST = 8 << 20
BOXES_MOST = 10000
NAME_MOST = 200
AT_ONCE = 128  # requests that are worked on
PATIENCE = 30  # seconds for a client to say what it wants


class Refusal(Exception):
    def __init__(self, status, why):
        super().__init__(why)
        self.status = status


# ---- what is known --------------------------------------------------------------------------------------------------


class Store:
    """All boxes: `targets` is what people want, as boxes are told it; `report` is what the box said last."""

    def __init__(self, path):
        self.lock = threading.Lock()
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.execute(
            "CREATE TABLE IF NOT EXISTS boxes (name TEXT PRIMARY KEY, address TEXT, seen REAL,"
            " targets TEXT NOT NULL DEFAULT '{}', report TEXT)"
        )

    def _row(self, name):
        return self.db.execute("SELECT targets, report FROM boxes WHERE name = ?", (name,)).fetchone()

    def _make(self, name):
        if self.db.execute("SELECT count(*) FROM boxes").fetchone()[0] >= BOXES_MOST:
            raise Refusal(507, "there are too many boxes already: delete some")
        self.db.execute("INSERT INTO boxes (name) VALUES (?)", (name,))

    def targets(self, name, address):
        """The JSON text for a box, which is made if nobody knows it."""
        with self.lock:
            if self._row(name) is None:
                self._make(name)
            self.db.execute("UPDATE boxes SET address = ?, seen = ? WHERE name = ?", (address, time.time(), name))
            return self._row(name)[0]

    def report(self, name, report, address):
        with self.lock:
            if self._row(name) is None:
                self._make(name)
            self.db.execute(
                "UPDATE boxes SET report = ?, address = ?, seen = ? WHERE name = ?",
                (json.dumps(report), address, time.time(), name),
            )

    def set_target(self, name, worker, state):
        with self.lock:
            row = self._row(name)
            if row is None:
                raise Refusal(404, f"there is no box '{name}'")
            targets = json.loads(row[0])
            targets.setdefault("workers", {}).setdefault(worker, {})["target_state"] = state
            self.db.execute("UPDATE boxes SET targets = ? WHERE name = ?", (json.dumps(targets), name))

    def delete(self, name):
        with self.lock:
            self.db.execute("DELETE FROM boxes WHERE name = ?", (name,))

    def boxes(self, name=None):
        """(name, address, seen, targets, report), by name."""
        query = "SELECT name, address, seen, targets, report FROM boxes"
        with self.lock:
            if name is None:
                rows = self.db.execute(query + " ORDER BY name").fetchall()
            else:
                rows = self.db.execute(query + " WHERE name = ?", (name,)).fetchall()
        return [(n, a, s, json.loads(t), json.loads(r) if r else {}) for n, a, s, t, r in rows]


# ---- the page -------------------------------------------------------------------------------------------------------

STYLE = """
body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #222 }
h1 { font-size: 1.3rem } h2 { font-size: 1.1rem; margin: 1.5rem 0 .3rem }
h2 a { color: inherit; text-decoration: none } small { color: #777; font-weight: normal }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .25rem .5rem }
td:last-child { white-space: nowrap } th { color: #777; font-weight: normal } tr + tr td { border-top: 1px solid #eee }
form { display: inline } button { font: inherit; padding: .1rem .5rem; cursor: pointer }
.running { color: #187a2f } .stopped { color: #a33 } .unmonitored { color: #777 } .late { color: #a33 }
.pending { background: #fff6d5 } button[disabled] { opacity: .4; cursor: default } .log { color: #777; font-size: .85rem }
"""

# What the page shows is asked for again and put in place; without a script it is a page to be reloaded.
SCRIPT = """
setInterval(async () => {
  if (document.hidden) return
  try {
    const answer = await fetch(location.href)
    if (!answer.ok) return
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    document.querySelector("main").replaceWith(page.querySelector("main"))
  } catch (_) {}
}, 2000)
"""


def escape(value):
    return html.escape("" if value is None else str(value))


def quote(value):
    return urllib.parse.quote(value, safe="")


def ago(seen):
    if seen is None:
        return "never seen"
    seconds = max(0, int(time.time() - seen))
    if seconds < 120:
        return f"seen {seconds} s ago"
    return f"seen {seconds // 60} min ago" if seconds < 7200 else f"seen {seconds // 3600} h ago"


def worker_row(box, worker, target, said):
    state, wanted = said.get("state", "unknown"), target or "unknown"
    pending = wanted in STATES and said.get("target_state") != wanted
    buttons = "".join(
        f'<form method="post" action="/supervisors/{quote(box)}/workers/{quote(worker)}/set_target_state/{word}">'
        f'<button{" disabled" if word == wanted else ""}>{label}</button></form> '
        for word, label in STATES.items()
    )
    logs = said.get("logs")
    logs = "".join(f'<div class="log">{escape(line)}</div>' for line in logs[-3:]) if isinstance(logs, list) else ""
    return (
        f'<tr{" class=pending" if pending else ""}><td>{escape(worker)}{logs}</td>'
        f'<td class="{state if state in STATES else ""}">{escape(state)}</td><td>{escape(wanted)}</td>'
        f'<td>{escape(said.get("pid"))}</td><td>{escape(said.get("bounces"))}</td><td>{buttons}</td></tr>'
    )


def members(value):
    """What should be an object of objects, whatever it is."""
    if not isinstance(value, dict) or not isinstance(value.get("workers"), dict):
        return {}
    return {name: said for name, said in value["workers"].items() if isinstance(said, dict)}


def box_section(box, address, seen, targets, report):
    wanted, said = members(targets), members(report)
    names = list(said) + sorted(set(wanted) - set(said))
    rows = "".join(
        worker_row(box, name, wanted.get(name, {}).get("target_state"), said.get(name, {})) for name in names
    )
    head = "<tr><th>program</th><th>is</th><th>should be</th><th>pid</th><th>bounces</th><th></th></tr>"
    late = " class=late" if seen is None or time.time() - seen > 180 else ""
    return (
        f'<section id="{escape(box)}"><h2><a href="/supervisors/{quote(box)}">{escape(box)}</a> '
        f"<small{late}>{escape(address)} {ago(seen)}</small></h2>"
        + (f"<table>{head}{rows}</table>" if names else "<p>It has not reported yet.</p>")
        + "</section>"
    )


def page(sections, nonce):
    body = "".join(sections) or "<p>No box has asked yet.</p>"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>magistrate</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style nonce={nonce}>{STYLE}</style><h1>magistrate</h1><main>{body}</main>"
        f"<script nonce={nonce}>{SCRIPT}</script></html>"
    )


# ---- requests -------------------------------------------------------------------------------------------------------


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"  # a connection for each request: boxes ask once a minute
    server_version = "reeve-magistrate"
    sys_version = ""
    timeout = PATIENCE
    store = None
    account = None  # b"USER:PASSWORD"

    def log_message(self, format, *args):
        sys.stdout.write("%s %s\n" % (self.address_string(), format % args))
        sys.stdout.flush()

    def answer(self, status, body, kind="text/plain; charset=utf-8", **headers):
        data = body.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def answer_page(self, boxes):
        nonce = secrets.token_urlsafe(16)
        policy = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        body = page([box_section(*box) for box in boxes], nonce)
        self.answer(200, body, "text/html; charset=utf-8", Content_Security_Policy=policy, Cache_Control="no-store")

    def check_account(self):
        if self.account is None:
            return
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        try:
            said = base64.b64decode(token, validate=True) if scheme.lower() == "basic" else b""
        except ValueError:
            said = b""
        if not hmac.compare_digest(said, self.account):
            raise Refusal(401, "a name and a password, please")

    def check_origin(self):
        """A page of somebody else's must not set states with the password that the browser knows."""
        origin = self.headers.get("Origin")
        if origin is not None and urllib.parse.urlsplit(origin).netloc != self.headers.get("Host"):
            raise Refusal(403, "this comes from another page")

    def read_body(self):
        text = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not text.isdigit():
            raise Refusal(411, "how long is it?")
        if int(text) > BODY_MOST:
            raise Refusal(413, "too much")
        return self.rfile.read(int(text))

    def parts(self):
        path = self.path.partition("?")[0]
        if not path.startswith("/"):
            raise Refusal(400, "a path begins with a slash")
        parts = [urllib.parse.unquote(part) for part in path[1:].split("/")]
        if any(len(part) > NAME_MOST or not part.isprintable() for part in parts):
            raise Refusal(400, "this is no name")
        return parts

    def serve(self, find):
        try:
            self.check_account()
            find(self.parts())
        except Refusal as refusal:
            extra = {"WWW_Authenticate": 'Basic realm="magistrate"'} if refusal.status == 401 else {}
            self.answer(refusal.status, f"{refusal}\n", **extra)

    def do_GET(self):
        self.serve(self.get)

    do_HEAD = do_GET

    def do_POST(self):
        self.serve(self.post)

    def get(self, parts):
        if parts == [""]:
            self.answer_page(self.store.boxes())
        elif len(parts) == 3 and parts[:2] == ["api", "status"] and parts[2]:
            self.answer(200, self.store.targets(parts[2], self.client_address[0]), "application/json")
        elif len(parts) == 2 and parts[0] == "supervisors":
            boxes = self.store.boxes(parts[1])
            if not boxes:
                raise Refusal(404, f"there is no box '{parts[1]}'")
            self.answer_page(boxes)
        else:
            raise Refusal(404, "there is nothing here")

    def post(self, parts):
        body = self.read_body()
        self.check_origin()
        if len(parts) == 3 and parts[:2] == ["api", "status"] and parts[2]:
            self.take_report(parts[2], body)
        elif len(parts) == 6 and (parts[0], parts[2], parts[4]) == ("supervisors", "workers", "set_target_state"):
            if parts[5] not in STATES:
                raise Refusal(400, f"the states are {', '.join(STATES)}")
            self.store.set_target(parts[1], parts[3], parts[5])
            self.answer(302, "", Location="/")
        elif len(parts) == 3 and (parts[0], parts[2]) == ("supervisors", "delete"):
            self.store.delete(parts[1])
            self.answer(302, "", Location="/")
        else:
            raise Refusal(404, "there is nothing here")

    def take_report(self, name, body):
        try:
            fields = urllib.parse.parse_qs(body.decode(), strict_parsing=True, max_num_fields=10)
            report = json.loads(fields["status"][0])
            assert isinstance(report, dict)
        except (ValueError, KeyError, AssertionError, RecursionError):
            raise Refusal(400, "expected a form with a field `status` of JSON") from None
        report.pop("env", None)  # secrets may be in it, and nobody looks at it here
        self.store.report(name, report, self.client_address[0])
        self.answer(200, '{"status":"Ok"}', "application/json")


# ---- the server -----------------------------------------------------------------------------------------------------


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 512
    room = threading.BoundedSemaphore(AT_ONCE)

    def process_request(self, request, client_address):
        self.room.acquire()  # those beyond wait in the kernel's queue
        super().process_request(request, client_address)

    def process_request_thread(self, request, client_address):
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.room.release()

    def handle_error(self, request, client_address):
        why = sys.exc_info()[1]
        if not isinstance(why, (ConnectionError, TimeoutError)):
            print(f"{client_address[0]} {type(why).__name__}: {why}", file=sys.stderr, flush=True)


def make_server(listen):
    if os.environ.get("LISTEN_FDS") == "1" and os.environ.get("LISTEN_PID") == str(os.getpid()):
        server = Server(("", 0), Handler, bind_and_activate=False)
        server.socket.close()
        server.socket = socket.socket(fileno=3)
        return server
    host, _, port = listen.rpartition(":")
    server = Server((host.strip("[]"), int(port)), Handler, bind_and_activate=False)
    server.allow_reuse_address = True
    server.server_bind()
    server.server_activate()
    return server


def tell_supervisor(text):
    address = os.environ.get("NOTIFY_SOCKET")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.sendto(text.encode(), "\0" + address[1:] if address[0] == "@" else address)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listen", default="127.0.0.1:9292")
    parser.add_argument("--database", default="magistrate.db")
    parser.add_argument("--auth")
    options = parser.parse_args()
    if options.auth:
        with open(options.auth, "rb") as file:
            Handler.account = file.readline().rstrip(b"\r\n")
        if b":" not in Handler.account:
            sys.exit(f"{options.auth}: expected USER:PASSWORD")
    Handler.store = Store(options.database)
    server = make_server(options.listen)
    tell_supervisor("READY=1")
    server.serve_forever()


main()
