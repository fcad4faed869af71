#!/bin/sh
# reload --rolling restarts one process after another, stops at the first failure, and whoever is left behind is so until
# the next reload, also in a next life.
. "${0%/*}/../lib.sh"

configure()
{
    config <<END_OF_IT
local log = "$dir/order"
program "web" {
    cmd = "echo $1 \$REEVE_INDEX up >>" .. log .. "; $2 trap 'echo $1 \$REEVE_INDEX down >>" .. log .. "; exit' TERM; " ..
        "while :; do sleep 0.02; done",
    shell = true, numprocs = 3, starttime = 0.2, startretries = 0,
}
program "still" { cmd = "sleep 1000", starttime = 0 }
END_OF_IT
}

behind()
{
    reeve status web | grep -c 'with its old settings' || true
}

configure old ''
run_reeve
for i in 1 2 3; do wait_state "web:$i" RUNNING; done
still=$(pid_of still)
: >order

configure new ''
assert_equal 'changed: web (cmd; restart)' "$(reeve reload --dry-run --rolling | grep web)"
assert_equal 0 "$(behind)"
reeve reload --rolling >told
assert_equal 'changed: web (cmd; restart) kept: still web:1: restarted web:2: restarted web:3: restarted ' "$(tr '\n' ' ' <told)"
printf '%s\n' 'old 1 down' 'new 1 up' 'old 2 down' 'new 2 up' 'old 3 down' 'new 3 up' | diff - order
assert_equal 0 "$(behind)"

configure bad 'exit 3;'
reeve reload --rolling 2 >told 2>&1 && fail "it has failed: $(cat told)"
grep -qx 'web:1: ERROR (exited with status 3)' told || fail "$(cat told)"
grep -qx 'web:3: ERROR (not restarted, for another one failed)' told || fail "$(cat told)"
assert_equal RUNNING "$(state web:3)"
assert_equal 1 "$(behind)"

reeve upgrade >>out
assert_equal 1 "$(behind)"
configure bad 'sleep 0.01;'
: >order
reeve reload --rolling 3 >told
for i in 1 2 3; do assert_equal RUNNING "$(state "web:$i")"; done
assert_equal 0 "$(behind)"

# What is behind is restarted by a plain reload too, though the file is the same.
configure late '[ -e good ] || exit 3;'
reeve reload --rolling >told 2>&1 && fail "it has failed: $(cat told)"
assert_equal 2 "$(behind)"
touch good
expect_line 'changed: web \(restart\)' reeve reload --wait
assert_equal 0 "$(behind)"

# A user's stop in between is no failure of it, and stands; and a next life goes on with it.
configure again ''
reeve reload --wait >>out
configure slow 'sleep 0.5;'
reeve reload --rolling >told 2>&1 &
client=$!
wait_for 'reeve status web:1 | grep -q STARTING'
reeve stop web:3 >>out
reeve upgrade >>out
wait "$client" || fail "$(cat told)"
grep -qx 'web:3: stopped meanwhile' told || fail "$(cat told)"
assert_equal STOPPED "$(state web:3)"

# Whoever has come to the new settings by an end of his own, and fails with them, fails it too.
reeve start web:3 >>out
configure slower '[ $REEVE_INDEX != 2 ] || exit 3; [ $REEVE_INDEX != 1 ] || while [ ! -e go ]; do sleep 0.02; done;'
sed -i 's/starttime = 0.2/starttime = 0.2, ready = { file = "ready" }/' supervisor.lua
reeve reload --rolling >told 2>&1 &
client=$!
wait_for 'reeve status web:1 | grep -q STARTING'
kill -9 "$(pid_of web:2)"
wait_state web:2 FATAL
touch ready go
wait "$client" && fail "it has failed: $(cat told)"
grep -qx 'web:2: ERROR (exited with status 3)' told || fail "$(cat told)"
grep -qx 'web:3: ERROR (not restarted, for another one failed)' told || fail "$(cat told)"

assert_status 2 reeve reload --rolling --wait
assert_status 2 reeve reload --rolling 0
assert_equal "$still" "$(pid_of still)"
