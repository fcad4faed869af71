#!/bin/sh
# Under a service manager reeve says itself that it is ready, reloads, stops, and lives.
. "${0%/*}/../lib.sh"

cat >manager.py <<'END'
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    with open("heard", "a") as heard:
        heard.write(s.recv(4096).decode() + "\n")
END
python3 manager.py "$dir/manager" &
manager=$!
wait_for 'test -S manager'
config <<'END'
program "web" { cmd = { "sh", "-c", "echo ${WATCHDOG_USEC-none} >usec; exec sleep 1000" }, starttime = 0,
    stop_cmd = { "sh", "-c", "until test -e go; do sleep 0.02; done; kill $MAINPID" } }
END
export NOTIFY_SOCKET="$dir/manager" WATCHDOG_USEC=200000
run_reeve
unset NOTIFY_SOCKET WATCHDOG_USEC
wait_for 'grep -q "^READY=1" heard'
grep -qx "MAINPID=$reeve_pid" heard || fail "no MAINPID: $(cat heard)"
wait_for 'grep -qx "STATUS=1 of 1 processes are running" heard'
wait_for 'test "$(grep -cx WATCHDOG=1 heard)" -gt 3'
assert_equal none "$(cat usec)" 'WATCHDOG_USEC of a child'
reeve reload --dry-run
reeve reload
wait_for 'grep -q "^RELOADING=1" heard'
wait_for 'test "$(grep -cx READY=1 heard)" -gt 1'

# Who stops does not reload, nor says so.
kill "$reeve_pid"
wait_for 'grep -qx STOPPING=1 heard'
kill -HUP "$reeve_pid"
assert_status 1 reeve reload
said=$output
touch go
wait "$reeve_pid"
reeve_pid=
assert_equal 1 "$(grep -c '^RELOADING=1' heard)" 'reloads that the manager was told of'
assert_equal 'reeve: reeve is stopping: there is nothing to reload' "$said"
assert_equal 2 "$(grep -c ' err reload refused: reeve is stopping' "$log")" 'refusals in the log'
kill "$manager"
