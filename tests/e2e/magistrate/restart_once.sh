#!/bin/sh
# A forced restart happens once; that the server hears of it is tried until it does, by the next reeve too; and once also
# with a server that takes that well, such as one that redirects to its login, and still says the same.
. "${0%/*}/server.inc"

start_server
states one=running
config <<END2
supervisor { name = "box", state_dir = "$dir/state" }
program "one" { cmd = "sleep 1000", autostart = false, starttime = 0 }
require("reeve.magistrate").follow { url = "http://127.0.0.1:$port", interval = "1h" }
END2
run_reeve
wait_state one RUNNING
wait_for 'test "$(count_reports)" -eq 1'

acknowledgements()
{
    grep -c 'set_target_state/running' server/requests || true
}

touch server/deaf
states one=forced_restart
first=$(pid_of one)
refresh
second=$(pid_of one)
test "$first" != "$second" || fail 'not restarted'
assert_equal 1 "$(acknowledgements)"
refresh
assert_equal "$second" "$(pid_of one)" 'the same word again'
assert_equal 2 "$(acknowledgements)"
assert_equal 1 "$(grep -c 'cannot acknowledge the restart of one' "$log")" 'complaints'

# The server is silent, and reeve starts anew: no restart more than that.
mode status 503
refresh
stop_reeve
run_reeve
wait_state one RUNNING
third=$(pid_of one)
refresh
assert_equal "$third" "$(pid_of one)" 'by the cache'

mode ok
rm server/deaf
refresh
assert_equal "$third" "$(pid_of one)"
assert_equal '{"workers": {"one": {"target_state": "running"}}}' "$(cat server/states)"
asked=$(acknowledgements)
refresh
assert_equal "$asked" "$(acknowledgements)" 'after it was heard'

# A new word is a new restart, also if nobody saw the old one go.
states one=forced_restart
refresh
test "$third" != "$(pid_of one)" || fail 'not restarted the second time'

fourth=$(pid_of one)
touch server/forgetful
states one=forced_restart
refresh
fifth=$(pid_of one)
test "$fourth" != "$fifth" || fail 'not restarted the third time'
asked=$(acknowledgements)
refresh
assert_equal "$fifth" "$(pid_of one)" 'the old word, though acknowledged'
test "$(acknowledgements)" -gt "$asked" || fail 'not told again'
assert_equal 1 "$(grep -c 'the restart of one is acknowledged, and the server still asks for it' "$log")" 'complaints'
rm server/forgetful
refresh
assert_equal "$fifth" "$(pid_of one)"
states one=forced_restart
refresh
test "$fifth" != "$(pid_of one)" || fail 'not restarted the fourth time'
