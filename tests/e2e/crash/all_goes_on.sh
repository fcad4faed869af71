#!/bin/sh
# Whatever signal says that reeve cannot go on, the next life goes on: with the same pid, the same processes, and clients
# who only wait a moment. The crash is logged.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { max_lives = 100 }
program "web" { cmd = "sleep 1000", starttime = 0, numprocs = 2 }
program "late" { cmd = "exit 3", shell = true, backoff = 100, startretries = 9 }
program "idle" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve
wait_state late BACKOFF
reeve stop idle >"$dir/null"
reeve events -n 1000 >told
before=$(reeve status | sed 's/, uptime.*//')
for signal in SEGV BUS ABRT FPE; do
    reeve wait idle RUNNING 20s >waited 2>&1 &
    waiting=$!
    kill -s "$signal" "$reeve_pid"
    wait_for "grep -q 'goes on after a crash by SIG$signal: 4 processes' '$log'"
    assert_equal "$before" "$(reeve status | sed 's/, uptime.*//')" "after $signal"
    reeve events -n 1000 | cmp -n "$(wc -c <told)" - told || fail "after $signal other events are told"
    reeve log -n 1000 | grep -q 'supervises' || fail "after $signal the first line of the log is forgotten"
    reeve start idle >"$dir/null"
    wait "$waiting" || fail "$signal: $(cat waited)"
    reeve stop idle >"$dir/null"
done
kill -KILL "$(pid_of web:1)"
wait_for 'grep -q "web:1 killed by SIGKILL" "$log"'
wait_state web:1 RUNNING
stop_reeve
assert_equal 0 "$reeve_status"
assert_equal '' "$(leftovers)"
