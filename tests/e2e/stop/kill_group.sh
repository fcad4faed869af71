#!/bin/sh
# Who ignores the stop signal is killed after stoptime, with all of its process group.
. "${0%/*}/../lib.sh"

config <<'END'
program "stubborn" {
    cmd = "trap '' TERM; sleep 1000 & echo $! > grandchild.tmp; mv grandchild.tmp grandchild; while :; do wait; done",
    shell = true, starttime = 0, stoptime = "300ms",
}
program "signal" {
    cmd = "trap 'echo usr1 > got; exit 0' USR1; touch trapped; while :; do sleep 0.05; done",
    shell = true, starttime = 0, stopsignal = "USR1",
}
END
run_reeve
wait_state stubborn RUNNING
wait_for 'test -e grandchild -a -e trapped'
pid=$(pid_of stubborn)
grandchild=$(cat grandchild)

began=$(date +%s%N)
assert_status 0 reeve stop stubborn
took=$((($(date +%s%N) - began) / 1000000))
test "$took" -ge 290 || fail "killed after $took ms already"
assert_equal STOPPED "$(state stubborn)"
is_alive "$pid" && fail "the process still lives"
is_alive "$grandchild" && fail "its child still lives"
grep -qi 'stubborn.*kill' "$log" || fail "the log does not tell the kill"

assert_status 0 reeve stop signal
expect_line usr1 cat got

# The same at the end of reeve.
rm grandchild
assert_status 0 reeve start stubborn
wait_for 'test -e grandchild'
stop_reeve INT
assert_equal 0 "$reeve_status" 'exit status'
assert_equal '' "$(leftovers)" 'processes left behind'
