#!/bin/sh
# What is wrong with sockets is told with its place, by check; a port in use ends the start, and names a first reeve.
. "${0%/*}/../lib.sh"

config <<'END'
socket "web" { listen = "tcp:127.0.0.1:8080" }
socket "web" { listen = "tcp:127.0.0.1:8081" }
socket "side" {
  listen = "tcp:127.0.0.1:8080",
  mode = "0600",
  lissen = 1 }
program "a" { cmd = "sleep 1000",
  sockets = { "web", "wep" } }
program "b" { cmd = "sleep 1000", sockets = { "web", "side" }, ready = { fd = 4 } }
END
assert_status 1 "$REEVE" check -c supervisor.lua
for line in "2: socket 'web' is already declared at .*:1" \
    "4: socket 'side': 'listen': socket 'web' has this address, tcp:127.0.0.1:8080" \
    "5: socket 'side': 'mode' is for unix: sockets, .*" \
    "6: socket 'side': unknown setting 'lissen', did you mean 'listen'\?" \
    "8: program 'a': 'sockets': there is no socket 'wep', did you mean 'web'\?" \
    "9: program 'b': 'ready.fd' is 4, which is one of its sockets: take 5 or more"; do
    expect_line ".*supervisor.lua:$line" "$REEVE" check -c supervisor.lua
done

port=$(free_port)
config <<END
socket "web" { listen = "tcp:127.0.0.1:$port" }
program "a" { cmd = "touch started", sockets = "web", starttime = 0 }
END
python3 -c '
import socket, sys, time
s = socket.socket()
s.bind(("127.0.0.1", int(sys.argv[1])))
s.listen()
open("holds", "w").close()
time.sleep(1000)' "$port" &
holder=$!
wait_for 'test -e holds'
run()
{
    timeout 30 "$REEVE" run -c supervisor.lua -s "$socket" "$@"
}
taken=".*supervisor.lua:1: socket 'web': cannot listen at tcp:127.0.0.1:$port: another program does already"
assert_status 1 run
expect_line "$taken" run
assert_status 1 run --daemon
expect_line "$taken" run --daemon
test ! -e started || fail "a program was started"
test ! -e sock || fail "the control socket is still there"

kill "$holder"
wait "$holder" || true
run_reeve
assert_status 1 run
expect_line ".*pid $reeve_pid.*" run
