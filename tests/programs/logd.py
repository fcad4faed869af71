#!/usr/bin/python3
"""A log daemon: logd.py SOCKET FILE. Each datagram becomes a line of FILE; it prints a line when it listens."""
import socket
import sys

listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
print("listening", flush=True)
while True:
    line = listener.recv(65536)
    with open(sys.argv[2], "ab") as out:
        out.write(line + b"\n")
