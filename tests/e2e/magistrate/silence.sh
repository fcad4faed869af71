#!/bin/sh
# A server that is gone, slow or talks nonsense changes nothing: what it said last holds, also for the next reeve.
. "${0%/*}/server.inc"

start_server
states one=running two=stopped
config <<END2
supervisor { name = "box", state_dir = "$dir/state" }
program "one" { cmd = "sleep 1000", autostart = false, starttime = 0 }
program "two" { cmd = "sleep 1000", starttime = 0 }
require("reeve.magistrate").follow { url = "http://127.0.0.1:$port", interval = "1h", timeout = 0.5 }
END2

# Nothing is known yet: nothing changes.
mode status 500
run_reeve
wait_for 'grep -q "it answered with status 500; it has never said anything, so nothing changes" "$log"'
assert_equal STOPPED "$(state one)"
wait_state two RUNNING
test ! -e state/magistrate.json || fail 'a cache of nothing'

mode ok
refresh
wait_state one RUNNING
assert_equal STOPPED "$(state two)"
test -s state/magistrate.json || fail 'no cache'
assert_equal '["one", "two"]' "$(json 'sorted(r["workers"])' <state/magistrate.json)"
test "$(echo state/magistrate*)" = state/magistrate.json || fail 'the file beside it is left'

# It says otherwise from now on, but not in a way that counts.
states one=stopped two=running
is_as_before()
{
    assert_equal RUNNING "$(state one)" "$1"
    assert_equal STOPPED "$(state two)" "$1"
}
# It can be reached, and so is told what is.
for m in 'status 201' 'status 204' 'status 302' 'status 404' 'status 500' 'text' 'text {"workers":' 'text [1]' 'text null' \
    'text 7' 'text {"workers":[1]}' 'text {"workers":"x"}'; do
    mode "$m"
    refresh
    is_as_before "$m"
done
# It cannot.
for m in cut never hang-up trickle; do
    mode "$m"
    told=$(grep -c 'no answer from' "$log")
    refresh_in_vain
    wait_for 'test "$(grep -c "no answer from" "$log")" -gt "$told"'
    is_as_before "$m"
done
grep -q 'what it said last holds' "$log" || fail 'the log does not say what holds'

# The same complaint is made once.
mode status 500
refresh
told=$(grep -c 'no answer from' "$log")
refresh
refresh
assert_equal "$told" "$(grep -c 'no answer from' "$log")" 'complaints'

# Words of the wrong shape concern one worker only.
mode 'text {"workers":{"one":{"target_state":7},"two":"x","three":null}}'
refresh
is_as_before 'words of the wrong shape'
grep -q ' answers again' "$log" || fail 'its return is not told'

# Nobody is there, and reeve starts anew: the cache holds.
stop_server
stop_reeve
run_reeve
wait_state one RUNNING
wait_state two STOPPED
wait_for 'grep -q "what it said last holds" "$log"'

# A cache that is none is told, and not obeyed.
stop_reeve
echo nonsense >state/magistrate.json
: >"$log"
run_reeve
wait_for 'grep -q "magistrate.json. cannot be used" "$log" && grep -q "it has never said anything" "$log"'
assert_equal STOPPED "$(state one)"
wait_state two RUNNING
