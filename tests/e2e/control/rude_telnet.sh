#!/bin/sh
# Who asks for telnet's options without end and reads no answer is cut off like any other who does not read.
. "${0%/*}/../lib.sh"

config <<'EOF'
program "web" { cmd = "sleep 1000", starttime = 0 }
EOF
run_reeve
python3 - >rude.out 2>&1 <<'EOF' || fail "$(cat rude.out)"
import socket
s = socket.socket(socket.AF_UNIX)
s.settimeout(30)
s.connect("sock")
sent = 0
try:
    while sent < 20000000:
        sent += s.send(b"\xff\xfd\x01" * 20000)
except (BrokenPipeError, ConnectionResetError):
    pass
assert sent < 20000000, "all of it was taken"
EOF
wait_for 'grep -q "is cut off: it does not read its answers" "$log"'
expect_line 'web +RUNNING .*' reeve status
