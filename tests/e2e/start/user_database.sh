#!/bin/sh
# A user database that does not answer, or is down, holds nobody up, however many ask it: who was known is who he was. A
# user who is gone fails the start and the reload, but not the next life of reeve.
. "${0%/*}/../lib.sh"

export USERS="$dir/users"
mkdir users
touch users/known
config <<'END'
supervisor { control_owner = "root" }
socket "owned" { listen = "unix:owned", owner = "root" }
program "ghost" { cmd = "sleep 1000", user = "ghost", starttime = 0, backoff = 0.1, startretries = 0 }
program "written" { cmd = "sleep 1000", starttime = 0, stdout = { path = "written.log", owner = "ghost" } }
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

# Nor does a reload ask for long.
sed -i 's/"sleep 1000", user = "ghost",/"sleep 1001", user = "ghost",/' supervisor.lua
(reeve reload >said 2>&1; touch reloaded) &
wait_for 'test -e reloaded'
grep -q "changed: ghost" said || fail "$(cat said)"

# It fails: that is no answer.
touch users/down
rm users/busy
wait_for 'reeve restart ghost >>said 2>&1; test -e users/failed'
reeve restart ghost >>said 2>&1
reeve restart ghost >>said 2>&1
! grep ERROR said || fail "who was known is forgotten"
echo 'program "number" { cmd = "true", user = 1, group = 1 }' >number.lua
! LD_PRELOAD="$PROGRAMS/users.so" "$REEVE" check -c number.lua >said 2>&1 || fail "a number of which nobody knows who it is"
assert_equal "number.lua:1: program 'number': user '1' cannot be looked up: Input/output error" "$(cat said)"

# It answers again, and knows him no more.
rm users/down
sed -i 's/owner = "root"/owner = "ghost"/' supervisor.lua
reeve reload >said 2>&1 || fail "$(cat said)"
wait_for 'reeve restart ghost >said 2>&1'
rm users/known
reeve restart ghost >said 2>&1 || true # at once: a file that has changed ends what is good for a second
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
