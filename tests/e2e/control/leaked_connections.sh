#!/bin/sh
# A local client that leaks its connections does not use up the descriptors: of many the oldest silent ones make room.
# One that follows something stays, however old.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve
wait_state web RUNNING

python3 - sock >told 2>&1 <<'END' || fail "$(cat told)"
import select, socket, sys, time

def client():
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(30)
    s.connect(sys.argv[1])
    assert s.recv(100).startswith(b"reeve "), "no greeting"
    return s

def is_closed(s):
    return select.select([s], [], [], 0)[0] and s.recv(1) == b""

follower = client()
follower.send(b"events -f\n")
leaked = [client() for i in range(300)]
assert not any(is_closed(s) for s in leaked), "clients in a burst are cut off"
until = time.monotonic() + 60
while not (is_closed(leaked[0]) and is_closed(leaked[30])):
    assert time.monotonic() < until, "the oldest idle connections are still open"
    time.sleep(0.5)
    leaked.append(client())
newest = leaked[-1]
newest.send(b"signal CONT web\n")
assert b"OK" in newest.recv(1000)
newest.send(b"restart web --no-wait\n")
heard = b""
while b"STOPPING" not in heard:
    piece = follower.recv(1000)
    assert piece, "the one that follows was cut off"
    heard += piece
END
grep -q 'is cut off: idle, and there are too many connections' "$log" || fail 'the log does not tell it'
test "$(find "/proc/$reeve_pid/fd" | wc -l)" -lt 300 || fail 'they are still open'
