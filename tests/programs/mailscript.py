#!/usr/bin/python3
"""A mail server that says what it is told to: mailscript.py REPLY…

Prints its port, listens on 127.0.0.1, and ends at the end of its input. To each client it says the first reply at once,
and one more after each line, or after the text that it has asked for by 354; then it closes. It says them in pieces, so
long as they are short; \\n stands for CR and LF. A 354 with "early" in it does not wait for the end of the text, and
behind a reply with "stay" nothing is read any more.
"""
import socket
import sys
import threading
import time

replies = [reply.replace("\\n", "\r\n") for reply in sys.argv[1:]]


def say(client, reply):
    data = reply.encode()
    size = 3 if len(data) < 100 else len(data)
    for at in range(0, len(data), size):
        client.sendall(data[at:at + size])
        time.sleep(0.001)


def serve(client):
    lines = client.makefile("rb")
    for reply in replies:
        say(client, reply)
        if "stay" in reply:
            time.sleep(1000)
        line = lines.readline()
        while reply.startswith("354") and "early" not in reply and line not in (b".\r\n", b""):
            line = lines.readline()
        if line == b"":
            break
    lines.close()
    client.close()


def accept(listener):
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=accept, args=(listener,), daemon=True).start()
print(listener.getsockname()[1], flush=True)
sys.stdin.read()
