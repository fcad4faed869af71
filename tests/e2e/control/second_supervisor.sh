#!/bin/sh
# A second supervisor on the same socket or pid file ends at once and names the first.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve --pidfile "$dir/pid"
wait_state web RUNNING
expect_line "$reeve_pid( .*)?" cat pid

second()
{
    timeout 30 "$REEVE" run -c "$dir/supervisor.lua" "$@"
}
assert_status 1 second -s "$socket"
expect_line ".*$reeve_pid.*" second -s "$socket"
assert_status 1 second -s "unix:$dir/other" --pidfile "$dir/pid"
expect_line ".*$reeve_pid.*" second -s "unix:$dir/other" --pidfile "$dir/pid"
assert_status 0 reeve status web

stop_reeve
test ! -e pid || fail "the pid file is still there"

# A stale file is no obstacle.
echo 999999 >pid
run_reeve --pidfile "$dir/pid"
expect_line "$reeve_pid( .*)?" cat pid
