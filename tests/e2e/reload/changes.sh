#!/bin/sh
# reload starts what was added, stops what was removed, restarts what changed, keeps the rest.
. "${0%/*}/../lib.sh"

config <<'END'
program "keeper" { cmd = "sleep 1001", starttime = 0, numprocs = 2 }
program "mover" { cmd = "sleep 1002", starttime = 0 }
program "goner" { cmd = "sleep 1003", starttime = 0 }
program "softly" { cmd = "sleep 1004", starttime = 0, stoptime = 10 }
program "pool" { cmd = "sleep 1005", starttime = 0, numprocs = 2 }
END
run_reeve
for name in keeper:1 keeper:2 mover goner softly pool:1 pool:2; do
    wait_state "$name" RUNNING
done
kept=$(pid_of keeper:1) changed=$(pid_of mover) removed=$(pid_of goner) softly=$(pid_of softly) pool=$(pid_of pool:1)

config <<'END'
program "keeper" { cmd = "sleep 1001", starttime = 0, numprocs = 2 }
program "mover" { cmd = "sleep 2002", starttime = 0 }
program "newcomer" { cmd = "sleep 1006", starttime = 0 }
program "resting" { cmd = "sleep 1007", autostart = false }
program "softly" { cmd = "sleep 1004", starttime = 0, stoptime = 5 }
program "pool" { cmd = "sleep 1005", starttime = 0, numprocs = 3 }
END
reeve reload --dry-run >list
for word in added removed changed kept newcomer goner mover keeper; do
    grep -q "$word" list || fail "the dry run does not tell '$word': $(cat list)"
done
assert_equal "$changed" "$(pid_of mover)" 'pid after a dry run'

assert_status 0 reeve reload --wait
wait_state newcomer RUNNING
wait_state pool:3 RUNNING
wait_state mover RUNNING
wait_for '! is_alive $removed'
assert_status 4 reeve status goner
assert_equal STOPPED "$(state resting)"
assert_equal "$kept" "$(pid_of keeper:1)" 'pid of a kept program'
assert_equal "$softly" "$(pid_of softly)" 'pid where only the policy changed'
assert_equal "$pool" "$(pid_of pool:1)" 'pid where only the number changed'
test "$changed" != "$(pid_of mover)" || fail "mover was not restarted"
grep -q newcomer "$log" || fail "the log does not list the changes"

# A program that the user stopped stays stopped.
assert_status 0 reeve stop mover
sed -i 's/2002/3002/; s/numprocs = 3/numprocs = 1/' supervisor.lua
assert_status 0 reeve reload --wait
assert_equal STOPPED "$(state mover)"
assert_equal "$pool" "$(pid_of pool)" 'pid of the one that stays'
