#!/bin/sh
# A user database that does not answer holds nobody up: who was known is who he was. A user who is gone fails the start
# and the reload, but not the next life of reeve.
. "${0%/*}/../lib.sh"

export USERS="$dir/users"
mkdir users
touch users/known
config <<'END'
program "ghost" { cmd = "sleep 1000", user = "ghost", starttime = 0, backoff = 0.1, startretries = 0 }
program "other" { cmd = "sleep 1000", starttime = 0 }
local many = {}
for i = 1, 40 do
    many[i] = "many" .. i
    program(many[i]) { cmd = "sleep 1000", user = "ghost" .. i, starttime = 0 }
end
group "many" (many)
END
export LD_PRELOAD="$PROGRAMS/users.so"
run_reeve
unset LD_PRELOAD
wait_state ghost RUNNING

# It answers within the test's patience, not within its own.
restart()
{
    rm -f answered
    (reeve restart "$1" >said 2>&1; touch answered) &
    wait_for 'test -e answered'
}

# What is known is good for a second: so many restarts take longer.
touch users/busy
wait_for 'reeve restart ghost >said 2>&1; grep -q "the user database does not answer: ghost is taken to be who he was" log'
restart ghost
assert_equal "ghost: restarted" "$(cat said)"
assert_equal 1 "$(grep -c 'does not answer' log)"
restart @many
assert_equal 40 "$(grep -c 'many.*: restarted' said)"
assert_equal 41 "$(grep -c 'does not answer' log)"

# It answers again, and knows him no more.
rm users/known users/busy
wait_for 'reeve restart ghost >said 2>&1; grep -q "there is no user .ghost." said'
assert_equal "ghost: ERROR (exec: there is no user 'ghost')" "$(cat said)"
assert_equal FATAL "$(state ghost)"
! reeve reload >said 2>&1 || fail "a reload with an unknown user"
grep -q "program 'ghost': there is no user 'ghost'" said || fail "$(cat said)"

other=$(pid_of other)
kill -SEGV "$reeve_pid"
wait_for 'grep -q "goes on after a crash by SIGSEGV" log'
wait_for is_answering
assert_equal "$other" "$(pid_of other)"
touch users/known
assert_equal "ghost: started" "$(reeve start ghost)"
