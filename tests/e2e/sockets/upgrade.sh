#!/bin/sh
# The next life knows how a socket was opened: one that is as it was needs nothing at a reload, though its file was moved
# away. And it knows its file: that goes with it, but not another one of that name.
. "${0%/*}/../lib.sh"

config <<'END'
socket "mine" { listen = "unix:mine.sock", mode = "0620", backlog = 7 }
socket "other" { listen = "unix:other.sock" }
program "web" { cmd = "sleep 1000", starttime = 0, sockets = { "mine", "other" } }
END
run_reeve
wait_state web RUNNING
mv mine.sock away.sock
reeve upgrade >"$dir/null"
echo 'program "new" { cmd = "sleep 1000", starttime = 0 }' >>supervisor.lua
assert_status 0 reeve reload
assert_equal RUNNING "$(state new)"

mv away.sock mine.sock
rm other.sock
echo "somebody else's" >other.sock
kill -SEGV "$reeve_pid"
wait_for 'grep -q "goes on after a crash" "$log"'
wait_for is_answering
stop_reeve
test ! -e mine.sock || fail "its file is left behind"
assert_equal "somebody else's" "$(cat other.sock)"
