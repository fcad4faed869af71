#!/bin/sh
# A reload to a control address that cannot be had is refused, and reeve stays where it was: nobody is locked out.
. "${0%/*}/../lib.sh"

write()
{
    config <<END
supervisor {
  control = { $1 },
}
program "web" { cmd = "sleep 1000", starttime = 0 }
END
}
write '"unix:sock"'
"$REEVE" run -c supervisor.lua >out 2>"$log" &
reeve_pid=$!
wait_state web RUNNING
web=$(pid_of web)

write '"unix:new.sock", "unix:nowhere/sock", "unix:nowhere/too"'
assert_status 1 reeve reload
grep -qx ".* err $dir/supervisor.lua:2: supervisor: 'control': cannot listen at unix:$dir/nowhere/sock: .*" "$log" ||
    fail 'the log does not say where'
grep -q "nowhere/too: " "$log" || fail 'only the first address is told'
assert_status 0 reeve status web
test ! -e new.sock || fail 'what was tried stayed open'

# What can be had is followed, and the program has noticed nothing.
write '"unix:new.sock"'
reeve reload
wait_for 'test ! -e sock'
socket=unix:$dir/new.sock
assert_equal "$web" "$(pid_of web)"
