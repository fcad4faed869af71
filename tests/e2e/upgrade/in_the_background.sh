#!/bin/sh
# A reeve in the background that gave up being root goes on as it is: with its pid file, its socket, and a log that it
# could not open again.
. "${0%/*}/../lib.sh"

test "$(id -u)" = 0 || skip "only root can become somebody else"
chmod 777 .
cp "$REEVE" mine
chmod 755 mine
config <<END
supervisor { user = "nobody", pidfile = "$dir/pid", workingdir = "/", log = { "$dir/own.log" }, max_lives = 100 }
program "web" { cmd = "sleep 1000", starttime = 0 }
END
sh -c 'cd / && "$0/mine" run -c "$0/supervisor.lua" -s "unix:$0/sock" --daemon' "$dir"
reeve_pid=$(cut -d' ' -f1 pid)
log=$dir/own.log
wait_state web RUNNING
web=$(pid_of web)
expect_line 'upgraded.*' reeve upgrade
kill -SEGV "$reeve_pid"
wait_for 'grep -q "goes on after a crash by SIGSEGV" "$log"'
reeve restart web >"$dir/null"
wait_for 'grep -q "web started with pid $(pid_of web)" "$log"'
test "$web" != "$(pid_of web)" || fail "it was not restarted"
assert_equal "$reeve_pid" "$(cut -d' ' -f1 pid)"
kill "$reeve_pid"
wait_for '! is_alive "$reeve_pid"'
wait_for '[ ! -e pid ] && [ ! -e sock ]'
reeve_pid=
