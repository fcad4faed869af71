#!/bin/sh
# Sockets are opened with the rights that reeve began with, before it becomes somebody else.
. "${0%/*}/../lib.sh"

test "$(id -u)" -eq 0 || skip "only root can become somebody else"
chmod 777 "$dir"
mkdir private
config <<END
supervisor { user = "nobody" }
socket "web" { listen = "unix:$dir/private/web.sock" }
program "web" { cmd = "sleep 1000", sockets = "web", starttime = 0 }
END
run_reeve
wait_state web RUNNING
assert_equal nobody "$(stat -c %U "/proc/$(pid_of web)")" user
test -S "/proc/$(pid_of web)/fd/3" || fail "descriptor 3 is no socket"

# A new one is for nobody to open there: the old plan runs on.
echo "socket \"more\" { listen = \"unix:$dir/private/more.sock\" }" >>supervisor.lua
expect_line ".*:4: socket 'more': cannot listen at .*: Permission denied" reeve reload
wait_state web RUNNING
