#!/bin/sh
# Who follows output and does not read it is cut off at 4 MB, which the log tells; the program never waits for him.
. "${0%/*}/../lib.sh"

config <<'EOF'
program "flood" { cmd = "yes a line of forty characters, more or less | head -c 60000000", shell = true, starttime = 0, autostart = false, autorestart = "never" }
EOF
run_reeve
python3 - >reader.out 2>&1 <<'EOF' &
import socket, time
s = socket.socket(socket.AF_UNIX)
s.connect("sock")
s.sendall(b"tail -f flood\n")
open("listening", "w").close()
while "ended" not in open("state").read():
    time.sleep(0.02)
total = 0
while True:
    data = s.recv(1 << 20)
    if not data:
        break
    total += len(data)
open("total", "w").write(str(total))
EOF
: >state
wait_for 'test -e listening'
wait_for 'reeve version >/dev/null'
assert_status 0 reeve start flood
wait_state flood EXITED
grep -q 'control: uid [0-9]* pid [0-9]* is cut off: it does not read its answers' "$log" || fail 'the log does not tell it'
memory=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$reeve_pid/status")
echo ended >state
wait_for 'test -s total'
test "$(cat total)" -lt 20000000 || fail "the reader got $(cat total) bytes"
grep -qi sanitize "$REEVE" || test "$memory" -lt 40000 || fail "reeve needed $memory KB"
