#!/bin/sh
# A service manager that keeps sockets has those of the programs while reeve itself is restarted: whoever connects
# meanwhile is served afterwards. A socket that it opened itself is used, and not opened a second time.
. "${0%/*}/../lib.sh"

port=$(free_port)
given=$(free_port)
cat >echo.py <<'END'
import socket
s = socket.socket(fileno=3)
while True:
    c, _ = s.accept()
    c.sendall(b"served\n")
    c.close()
END
config <<END
socket "net" { listen = "tcp:127.0.0.1:$port" }
socket "file" { listen = "unix:$dir/web.sock" }
socket "given" { listen = "tcp:127.0.0.1:$given" }
program "net" { cmd = "/usr/bin/python3 $dir/echo.py", sockets = { "net" }, starttime = 0 }
program "file" { cmd = "/usr/bin/python3 $dir/echo.py", sockets = { "file" }, starttime = 0 }
program "given" { cmd = "/usr/bin/python3 $dir/echo.py", sockets = { "given" }, starttime = 0 }
END

LISTEN=$given /usr/bin/python3 "$root/tests/programs/manager.py" "$dir/manager" \
    "$REEVE" run -c "$dir/supervisor.lua" -s "$socket" 2>>"$log" &
reeve_pid=$! # the manager, which ends it
wait_for 'grep -qs "^READY=1" heard'
assert_equal served "$(nc -N 127.0.0.1 "$given" </dev/null)" 'the socket of the manager'
assert_equal served "$(nc -N 127.0.0.1 "$port" </dev/null)"
wait_for 'grep -qx FDNAME=net heard && grep -qx FDNAME=file heard'

kill -USR1 "$reeve_pid"
wait_for 'test -e down'
nc -N 127.0.0.1 "$port" </dev/null >net.answer &
nc -N -U web.sock </dev/null >file.answer &
touch up
wait_for 'grep -qx served net.answer'
wait_for 'grep -qx served file.answer'

# The one that it had anyway is not given to it; what the configuration no longer names is forgotten.
! grep -qx FDNAME=given heard || fail 'the socket that was passed came back'
sed -i '/"file"/d' supervisor.lua
reeve reload
wait_for 'grep -x -A1 FDSTOREREMOVE=1 heard | grep -qx FDNAME=file'
