#!/bin/sh
# The client tells by its exit status how it went: 0 to 5 (6 has a test of its own).
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0 }
program "broken" { cmd = "/nonexistent/program", autostart = false, startretries = 0 }
END
run_reeve
wait_state web RUNNING

assert_status 0 reeve status web
assert_status 1 reeve start broken
assert_status 2 reeve start
assert_status 2 reeve frobnicate
assert_status 2 reeve status --frobnicate
assert_status 3 reeve status broken
assert_status 4 reeve status nobody
assert_status 4 reeve stop nobody
expect_line '.*nobody.*' reeve stop nobody

# The others of an unknown target are still acted on.
assert_status 4 reeve stop nobody web
assert_equal STOPPED "$(state web)"

assert_status 5 "$REEVE" status -s "unix:$dir/elsewhere"
stop_reeve
assert_equal 0 "$reeve_status"
assert_status 5 reeve status

# A socket that nobody listens at any more.
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$dir/sock"
assert_status 5 reeve status
