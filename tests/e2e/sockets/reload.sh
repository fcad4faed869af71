#!/bin/sh
# A socket stays the same one over a reload; one that moves, or cannot be opened, is a matter for those who name it.
. "${0%/*}/../lib.sh"

port=$(free_port)
taken=$(free_port)
# The inode of descriptor N of a process.
inode_of()
{
    stat -Lc %i "/proc/$1/fd/$2"
}

config <<END
socket "web" { listen = "tcp:127.0.0.1:$port" }
socket "side" { listen = "unix:$dir/side.sock", mode = "0600" }
program "keeper" { cmd = "sleep 1001", starttime = 0, sockets = { "web", "side" } }
program "other" { cmd = "sleep 1002", starttime = 0 }
END
run_reeve
wait_state keeper RUNNING
wait_state other RUNNING
keeper=$(pid_of keeper)
web=$(inode_of "$keeper" 3)
side=$(inode_of "$keeper" 4)
other=$(pid_of other)

# Another command: a new child, the same socket. Other permissions: at once, and no restart for it.
sed -i 's/1002/2002/; s/0600/0666/; s/1001/2001/' supervisor.lua
assert_status 0 reeve reload --wait
wait_for 'test "$(pid_of keeper)" != "$keeper"'
keeper=$(pid_of keeper)
wait_state keeper RUNNING
assert_equal "$web" "$(inode_of "$keeper" 3)" 'inode after a reload'
assert_equal "$side" "$(inode_of "$keeper" 4)" 'inode after other permissions'
assert_equal 666 "$(stat -c %a side.sock)" mode
other=$(pid_of other)

# One that cannot be opened refuses the reload.
python3 -c '
import socket, sys, time
s = socket.socket()
s.bind(("127.0.0.1", int(sys.argv[1])))
s.listen()
open("holds", "w").close()
time.sleep(1000)' "$taken" &
wait_for 'test -e holds'
cp supervisor.lua good.lua
echo "socket \"more\" { listen = \"tcp:127.0.0.1:$taken\" }" >>supervisor.lua
assert_status 1 reeve reload
expect_line ".*:5: socket 'more': cannot listen at tcp:127.0.0.1:$taken: .*" reeve reload
assert_equal "$keeper" "$(pid_of keeper)" 'pid after a refused reload'

# One that moves: who names it is restarted, nobody else. One that is gone takes its file along.
moved=$(free_port)
sed "s/:$port/:$moved/; /side/s/^socket.*//; s/, \"side\"//" good.lua >supervisor.lua
reeve reload --dry-run >list
grep -q 'changed: keeper.*socket web.*restart' list || fail "the dry run says: $(cat list)"
assert_status 0 reeve reload --wait
wait_for 'test "$(pid_of keeper)" != "$keeper"'
wait_state keeper RUNNING
test "$web" != "$(inode_of "$(pid_of keeper)" 3)" || fail "the socket has not moved"
assert_equal "$other" "$(pid_of other)" 'pid of one without sockets'
nc -z 127.0.0.1 "$moved" || fail "nobody listens at the new port"
test ! -e side.sock || fail "the file of a removed socket is still there"
