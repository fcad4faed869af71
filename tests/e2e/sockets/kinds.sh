#!/bin/sh
# Sockets of each kind are there before the program, in the order of their names; a Unix one has its mode and owner, and
# goes at the end.
. "${0%/*}/../lib.sh"

tcp=$(free_port) udp=$(free_port)
cat >server.py <<'END'
import os, socket
names = os.environ["LISTEN_FDNAMES"].split(":")
assert os.environ["LISTEN_PID"] == str(os.getpid()) and int(os.environ["LISTEN_FDS"]) == len(names)
sockets = {name: socket.socket(fileno=3 + i) for i, name in enumerate(names)}
os.write(6, b"\n")     # ready
while True:
    text, sender = sockets["log"].recvfrom(100)
    sockets["log"].sendto(b"log: " + text, sender)
    for name in "web", "side":
        client, _ = sockets[name].accept()
        client.sendall(f"{name}: {client.recv(100).decode()}".encode())
        client.close()
END
owner=
if [ "$(id -u)" -eq 0 ]; then
    owner=', owner = "nobody"'
fi
config <<END
socket "log" { listen = "udp:127.0.0.1:$udp" }
socket "web" { listen = "tcp:localhost:$tcp", backlog = 5, reuseport = true }
socket "side" { listen = "unix:$dir/side.sock", mode = "0620"$owner }
program "server" { cmd = "python3 server.py", sockets = { "side", "log", "web" }, ready = { fd = 6 } }
program "bare" { cmd = { "sh", "-c", "env >bare.env; exec sleep 1000" }, starttime = 0 }
END
# What reeve itself was given is not for its programs.
export LISTEN_FDS=1 LISTEN_PID=1 LISTEN_FDNAMES=reeve
run_reeve
unset LISTEN_FDS LISTEN_PID LISTEN_FDNAMES
wait_state server RUNNING
assert_equal 620 "$(stat -c %a side.sock)" mode
test -z "$owner" || assert_equal nobody "$(stat -c %U side.sock)" owner

cat >client.py <<'END'
import socket, sys
def ask(s, address):
    s.settimeout(10)
    s.connect(address)
    s.sendall(b"hello")
    print(s.recv(100).decode())
ask(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), ("127.0.0.1", int(sys.argv[1])))
ask(socket.socket(), ("127.0.0.1", int(sys.argv[2])))
ask(socket.socket(socket.AF_UNIX), "side.sock")
END
assert_equal "log: hello web: hello side: hello" "$(python3 client.py "$udp" "$tcp" | paste -sd ' ')"
wait_for 'test -s bare.env'
! grep -q '^LISTEN_' bare.env || fail "a program without sockets hears of some: $(cat bare.env)"
ls -l "/proc/$(pid_of bare)/fd" >fds
! grep -q 'socket:' fds || fail "a program without sockets has some: $(cat fds)"

stop_reeve
assert_equal 0 "$reeve_status"
test ! -e side.sock || fail "the socket's file is still there"
