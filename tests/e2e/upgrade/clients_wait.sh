#!/bin/sh
# Clients see a pause: who waits for an answer gets it from the next life, who follows goes on, who comes is let in.
. "${0%/*}/../lib.sh"

config <<'END'
program "slow" { cmd = "sleep 1000", starttime = 3, autostart = false }
program "deaf" { cmd = "trap '' TERM; while :; do sleep 0.1; done", shell = true, starttime = 0, stoptime = 3 }
program "say" { cmd = "while :; do echo still here; sleep 0.1; done", shell = true, starttime = 0 }
END
run_reeve
wait_state say RUNNING
reeve start slow >started 2>&1 &
starting=$!
reeve stop deaf >stopped 2>&1 &
stopping=$!
reeve wait slow RUNNING 20s >waited 2>&1 &
waiting=$!
timeout 30 "$REEVE" tail -f say -s "$socket" >followed 2>&1 &
following=$!
wait_state deaf STOPPING
wait_state slow STARTING
wait_for 'grep -q here followed'
for i in 1 2 3; do
    expect_line 'upgraded.*' reeve upgrade
done
lines=$(count_lines followed)
wait "$starting" || fail "start: $(cat started)"
wait "$stopping" || fail "stop: $(cat stopped)"
wait "$waiting" || fail "wait: $(cat waited)"
assert_equal 'slow: started' "$(cat started)"
assert_equal 'deaf: stopped' "$(cat stopped)"
assert_equal 'slow: RUNNING' "$(cat waited)"
wait_for "test \$(count_lines followed) -gt $((lines + 2 * i))"
kill "$following"

# A session of several commands, in one connection.
printf 'upgrade; pid; status slow\nquit\n' | timeout 30 nc -U "$dir/sock" >said
grep -q "^$reeve_pid$" said || fail "after the upgrade: $(cat said)"
grep -q '^slow  *RUNNING' said || fail "after the upgrade: $(cat said)"
assert_equal 4 "$(grep -c '^OK$' said)"
