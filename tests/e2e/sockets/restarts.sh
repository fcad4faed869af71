#!/bin/sh
# While a program is restarted again and again, nobody who connects to its socket is refused or cut off.
. "${0%/*}/../lib.sh"

port=$(free_port)
cat >server.py <<'END'
import os, signal, socket
assert os.environ["LISTEN_FDS"] == "1" and os.environ["LISTEN_PID"] == str(os.getpid())
ending, served = False, 0
def on_term(*_):
    global ending
    ending = True
signal.signal(signal.SIGTERM, on_term)
server = socket.socket(fileno=3)
server.settimeout(0.02)     # a signal between the look at `ending` and accept is seen soon
while not ending:
    try:
        client, _ = server.accept()
    except TimeoutError:
        continue
    with client:
        client.settimeout(10)
        client.sendall(client.recv(100))
    served += 1
    if served == 20:
        os.write(4, b"\n")  # ready: each of them is to see some
END
cat >load.py <<'END'
import os, socket, sys
done = 0
while not os.path.exists("enough"):
    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=20) as s:
        s.sendall(b"hello")
        assert s.recv(100) == b"hello", "cut off"
    done += 1
print(done)
END
config <<END
socket "web" { listen = "tcp:127.0.0.1:$port" }
program "web" { cmd = "python3 server.py", sockets = "web", ready = { fd = 4 } }
END
run_reeve
python3 load.py "$port" >count 2>trouble &
load=$!
wait_state web RUNNING
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    before=$(pid_of web)
    assert_status 0 reeve restart web
    wait_for 'test "$(pid_of web)" != "$before"'
    wait_state web RUNNING
done
touch enough
wait "$load" || fail "a connection has failed: $(cat trouble)"
test "$(cat count)" -ge 400 || fail "only $(cat count) connections"
