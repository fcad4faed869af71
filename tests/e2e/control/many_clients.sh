#!/bin/sh
# A client that never reads, one that never ends its line, and silent ones delay nobody.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve
wait_state web RUNNING

python3 - sock >rude.out 2>&1 <<'END' &
import signal, socket, sys
silent = []
for i in range(50):
    s = socket.socket(socket.AF_UNIX)
    s.connect(sys.argv[1])
    silent.append(s)
silent[0].send(b"sta")
silent[1].setblocking(False)
try:
    while True:
        silent[1].send(b"help\n" * 1000)
except (BlockingIOError, BrokenPipeError, ConnectionResetError):
    pass
open("rude", "w").close()
signal.pause()
END
wait_for 'test -e rude'
assert_status 0 reeve restart web
assert_status 0 reeve status web
stop_reeve
assert_equal 0 "$reeve_status" 'exit status'
