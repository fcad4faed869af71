#!/usr/bin/python3
"""A service manager as far as sockets go: manager.py NOTIFY_PATH COMMAND...

Starts the command, writes what it says to ./heard, and keeps the descriptors that it hands over (FDSTORE=1) by
name. USR1 ends the command, writes ./down, and starts it again with what was kept when ./up appears; TERM ends both.
LISTEN=PORT in the environment: a socket that listens there is passed from the beginning, as of a socket unit.
"""
import os
import signal
import socket
import sys

notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.bind(sys.argv[1])
kept = {}
child = 0


def start():
    global child
    names, fds = list(kept), list(kept.values())
    child = os.fork()
    if child:
        return
    high = [os.dup2(fd, 200 + i) for i, fd in enumerate(fds)]
    for i, fd in enumerate(high):
        os.dup2(fd, 3 + i)
        os.close(fd)
    os.environ.update(NOTIFY_SOCKET=sys.argv[1], FDSTORE="16")
    if fds:
        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(fds)), LISTEN_FDNAMES=":".join(names))
    os.execvp(sys.argv[2], sys.argv[2:])


def end():
    os.kill(child, signal.SIGTERM)
    os.waitpid(child, 0)


def restart(*_):
    end()
    drain()
    open("down", "w").close()
    while not os.path.exists("up"):
        signal.sigtimedwait([], 0.02)
    start()


def finish(*_):
    end()
    drain()
    sys.exit(0)


def hear(text, fds):
    fields = dict(line.partition("=")[::2] for line in text.split("\n") if line)
    if "FDSTORE" in fields:
        kept[fields["FDNAME"]] = fds[0]
    if "FDSTOREREMOVE" in fields:
        if fields["FDNAME"] in kept:
            os.close(kept.pop(fields["FDNAME"]))
    with open("heard", "a") as heard:
        heard.write(text + "\n")


def drain():
    notify.setblocking(False)
    try:
        while True:
            data, fds, _, _ = socket.recv_fds(notify, 4096, 4)
            hear(data.decode(), fds)
    except BlockingIOError:
        notify.setblocking(True)


if "LISTEN" in os.environ:
    given = socket.create_server(("127.0.0.1", int(os.environ.pop("LISTEN"))))
    os.set_inheritable(given.fileno(), True)
    kept["unit"] = given.fileno()
signal.signal(signal.SIGUSR1, restart)
signal.signal(signal.SIGTERM, finish)
start()
while True:
    data, fds, _, _ = socket.recv_fds(notify, 4096, 4)
    hear(data.decode(), fds)
