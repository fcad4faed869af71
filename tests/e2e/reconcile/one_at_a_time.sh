#!/bin/sh
# Of many that start the same program at once, one does; the others find it.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { state_dir = "state" }
program "d" {
    cmd = "echo x >>starts; exec sleep 1000", shell = true,
    starttime = 0, detached = true, stdout = "discard", stderr = "stdout",
}
END
i=0
while [ $i -lt 8 ]; do
    i=$((i + 1))
    "$REEVE" reconcile start d -c "$dir/supervisor.lua" >>said 2>&1 &
done
wait
assert_equal 1 "$(count_lines starts)"
assert_equal 1 "$(grep -c '^d: started$' said)"
assert_equal 7 "$(grep -c '^d: already running$' said)"
