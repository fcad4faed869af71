#!/usr/bin/env python3
"""A Gearman job server that does what it is told: jobserver.py PORT LOG.

Commands come on stdin, one a line; each connection of a worker has a number, from 1. What workers send is noted in
LOG, a line for each packet: NUMBER NAME ARGUMENT…, with zeros as blanks and what is no text as Python writes it.

    noop N                    job N HANDLE FUNCTION UNIQUE PAYLOAD      no-job N       error N
    huge N HANDLE             announces a job of 200 MB and sends it    raw N BYTES    (as Python writes them)
    deaf N, hear N            it is not read, and read again            flood N COUNT  (of no-job)
    close N                   slowly: from now on byte by byte          stingy: exceptions are refused

After `auto` a grab is answered by a job as long as there are some of those that `queue FUNCTION COUNT` adds.
"""
import ast
import os
import selectors
import socket
import struct
import sys
import time

NAMES = {1: "CAN_DO", 2: "CANT_DO", 4: "PRE_SLEEP", 9: "GRAB_JOB", 12: "WORK_STATUS", 13: "WORK_COMPLETE",
         14: "WORK_FAIL", 22: "SET_CLIENT_ID", 23: "CAN_DO_TIMEOUT", 25: "WORK_EXCEPTION", 26: "OPTION_REQ",
         28: "WORK_DATA", 29: "WORK_WARNING", 30: "GRAB_JOB_UNIQ"}
NOOP, NO_JOB, ERROR, OPTION_RES, JOB_ASSIGN_UNIQ = 6, 10, 19, 27, 31


def packet(kind, *arguments):
    body = b"\0".join(a if isinstance(a, bytes) else a.encode() for a in arguments)
    return b"\0RES" + struct.pack(">II", kind, len(body)) + body


class Worker:
    def __init__(self, number, connection):
        self.number = number
        self.connection = connection
        self.unread = b""
        self.function = ""

    def send(self, data, slowly):
        step = 1 if slowly else len(data)
        try:
            for i in range(0, len(data), step):
                self.connection.sendall(data[i:i + step])
                time.sleep(0.001 if slowly else 0)
        except OSError: # it has left
            pass


class Server:
    def __init__(self, port, log):
        self.selector = selectors.DefaultSelector()
        self.listener = socket.create_server(("127.0.0.1", port))
        self.selector.register(self.listener, selectors.EVENT_READ, self.accept)
        self.selector.register(sys.stdin, selectors.EVENT_READ, self.commands)
        self.said = b""
        self.log = open(log, "a", buffering=1)
        self.workers = {}
        self.slowly = False
        self.auto = False
        self.stingy = False
        print(0, "listening", file=self.log)
        self.queues = {}
        self.count = 0

    def run(self):
        while True:
            for key, _ in self.selector.select():
                key.data()

    def note(self, worker, text):
        print(worker.number, text, file=self.log)

    def accept(self):
        connection, _ = self.listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        worker = Worker(len(self.workers) + 1, connection)
        self.workers[worker.number] = worker
        self.selector.register(connection, selectors.EVENT_READ, lambda: self.read(worker))
        self.note(worker, "connected")

    def close(self, worker):
        self.selector.unregister(worker.connection)
        worker.connection.close()

    def read(self, worker):
        try:
            data = worker.connection.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            self.note(worker, "gone")
            self.close(worker)
            return
        worker.unread += data
        while len(worker.unread) >= 12:
            magic, kind, size = struct.unpack(">4sII", worker.unread[:12])
            assert magic == b"\0REQ", magic
            if len(worker.unread) < 12 + size:
                break
            body = worker.unread[12:12 + size]
            worker.unread = worker.unread[12 + size:]
            self.hear(worker, NAMES.get(kind, str(kind)), body)

    def hear(self, worker, name, body):
        arguments = body.replace(b"\0", b" ")
        text = arguments.decode() if arguments.isascii() and arguments.decode().isprintable() else str(arguments)
        self.note(worker, (name + " " + text).strip())
        if name == "CAN_DO":
            worker.function = body.decode()
        if name == "OPTION_REQ" and self.stingy:
            worker.send(packet(ERROR, "UNKNOWN_OPTION", "there are no options"), self.slowly)
        elif name == "OPTION_REQ":
            worker.send(packet(OPTION_RES, body), self.slowly)
        if not self.auto:
            return
        if name == "PRE_SLEEP" and self.queues.get(worker.function, 0) > 0:
            worker.send(packet(NOOP), self.slowly)
        if name == "GRAB_JOB_UNIQ":
            self.give(worker)

    def give(self, worker):
        left = self.queues.get(worker.function, 0)
        if left == 0:
            worker.send(packet(NO_JOB), self.slowly)
            return
        self.queues[worker.function] = left - 1
        self.count += 1
        worker.send(packet(JOB_ASSIGN_UNIQ, f"H:{self.count}", worker.function, f"u{self.count}", "x"), self.slowly)

    def commands(self):
        data = os.read(0, 65536)
        if not data:
            sys.exit(0)
        *lines, self.said = (self.said + data).split(b"\n")
        for line in lines:
            self.obey(line.decode())

    def obey(self, line):
        verb, *words = line.split()
        if verb in ("slowly", "auto", "stingy"):
            setattr(self, verb, True)
        elif verb == "queue":
            self.queues[words[0]] = int(words[1])
            for worker in self.workers.values():
                if worker.function == words[0] and worker.connection.fileno() >= 0:
                    worker.send(packet(NOOP), self.slowly)
        else:
            self.tell(self.workers[int(words[0])], verb, words[1:])

    def tell(self, worker, verb, words):
        if verb == "noop":
            worker.send(packet(NOOP), self.slowly)
        elif verb == "no-job":
            worker.send(packet(NO_JOB), self.slowly)
        elif verb == "flood":
            worker.send(packet(NO_JOB) * int(words[0]), False)
        elif verb == "error":
            worker.send(packet(ERROR, "JOB_NOT_FOUND", "a job that nobody knows"), self.slowly)
        elif verb == "job":
            handle, function, unique, payload = words
            worker.send(packet(JOB_ASSIGN_UNIQ, handle, function, unique.strip("-"), payload), self.slowly)
        elif verb == "huge":
            body = f"{words[0]}\0{worker.function}\0u\0".encode() + bytes(200 << 20)
            worker.send(b"\0RES" + struct.pack(">II", JOB_ASSIGN_UNIQ, len(body)) + body, False)
        elif verb == "raw":
            worker.send(ast.literal_eval(" ".join(words)), self.slowly)
        elif verb == "deaf":
            self.selector.unregister(worker.connection)
        elif verb == "hear":
            self.selector.register(worker.connection, selectors.EVENT_READ, lambda: self.read(worker))
        elif verb == "close":
            self.close(worker)


Server(int(sys.argv[1]), sys.argv[2]).run()
