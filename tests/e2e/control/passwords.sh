#!/bin/sh
# Over TCP: three wrong passwords close the connection, each told later; idle connections make room for new ones, and so do those of strangers.
. "${0%/*}/../lib.sh"

port=$(free_port)
config <<'EOF'
supervisor { password = "let; me 'in" }
program "web" { cmd = "sleep 1000", starttime = 0 }
EOF
run_reeve_by_tcp()
{
    spawn_reeve -s "tcp:127.0.0.1:$port"
    wait_for 'grep -q "web started" "$log"'
}
run_reeve_by_tcp
cat >passwords.py <<'EOF'
import socket, sys, time

def connect():
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
    f = s.makefile("rb")
    assert f.readline().startswith(b"reeve ")
    return s, f

s, f = connect()
s.sendall(b"status\n")
assert f.readline().startswith(b"ERR ")
s.sendall(b'{"verb":"auth","args":["wrong","wrong"]}\n')
assert b'"usage"' in f.readline()
times = []
for i in range(3):
    began = time.monotonic()
    s.sendall(b"auth wrong\n")
    assert f.readline().startswith(b"ERR ")
    times.append(time.monotonic() - began)
assert f.readline() == b"", "still open after three wrong passwords"
assert times[0] < times[1] < times[2], times

s, f = connect()
s.sendall(b"quit\n")
assert f.readline() == b"OK\n"
assert f.readline() == b""

s, f = connect()
s.sendall(b"auth let; me 'in\nversion\n")
assert f.readline() == b"OK\n"
assert f.readline().startswith(b"reeve ")

crowd = [connect() for i in range(70)]
crowd[-1][0].sendall(b"quit now\nhelp\n")
assert crowd[-1][1].readline().startswith(b"ERR ")
assert not crowd[-1][1].readline().startswith(b"ERR ")
crowd[0][0].settimeout(10)
assert crowd[0][1].readline() == b"", "the oldest idle connection is still open"

# Who waits to hear that the password was wrong is as idle.
crowd = []
for i in range(100):
    s, f = connect()
    s.sendall(b"auth wrong\n")
    crowd.append((s, f))
assert crowd[0][1].readline() == b"", "a hundred who do not know the password are all served"
EOF
python3 passwords.py "$port" >passwords.out 2>&1 || fail "$(cat passwords.out)"
stop_reeve

# A file without a password would let nobody in, so reeve does not start.
config <<'EOF'
supervisor { password_file = "password" }
EOF
expect_line '.*password_file: .*No such file.*' "$REEVE" run -s "tcp:127.0.0.1:$port"
: >password
assert_status 1 "$REEVE" run -s "tcp:127.0.0.1:$port"
