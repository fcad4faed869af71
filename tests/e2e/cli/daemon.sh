#!/bin/sh
# --daemon returns when reeve answers, or prints what keeps it from starting.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { log = "reeve.log" }
program "web" { cmd = "sleep 1000", starttime = 0 }
END
assert_status 0 timeout 30 "$REEVE" run -c supervisor.lua -s unix:sock --daemon --pidfile pid
reeve_pid=$(cat pid)
assert_status 0 reeve version
wait_state web RUNNING
grep -q 'web started' reeve.log || fail "the log is not in reeve.log"
assert_equal "$dir" "$(readlink "/proc/$reeve_pid/cwd")" 'working directory'

assert_status 1 timeout 30 "$REEVE" run -c supervisor.lua -s unix:sock --daemon
expect_line ".*$reeve_pid.*" timeout 30 "$REEVE" run -c supervisor.lua -s unix:sock --daemon

echo 'program "web" { cmd = 5' >broken.lua
assert_status 1 timeout 30 "$REEVE" run -c broken.lua -s unix:other --daemon
expect_line '.*broken.lua:[12]: .*' timeout 30 "$REEVE" run -c broken.lua -s unix:other --daemon

assert_status 0 reeve shutdown
wait_for '! is_alive $reeve_pid'
reeve_pid=
test ! -e pid -a ! -e sock || fail "files are left behind"
