#!/bin/sh
# Whoever answers at the address and is no reeve is told from one that is: at once by a wrong greeting, in the end by none.
. "${0%/*}/../lib.sh"

cat >stranger.py <<'END'
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(9)
held = []
while True:
    held.append(s.accept()[0])
    held[-1].sendall(sys.argv[2].encode())
END
python3 stranger.py silent.sock '' &
silent=$!
python3 stranger.py talking.sock '220 mail
' &
talking=$!
wait_for 'test -S silent.sock && test -S talking.sock'

assert_status 5 "$REEVE" status -s talking.sock
expect_line 'reeve: whoever answers at talking.sock is no reeve' "$REEVE" status -s talking.sock
assert_status 5 timeout 60 "$REEVE" status -s silent.sock
printf "%s\n" "$output" | grep -qx "reeve: whoever listens at silent.sock has said nothing for 15s: .*" || fail "said: $output"
kill "$silent" "$talking"
