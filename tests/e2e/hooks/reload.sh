#!/bin/sh
# After a reload, tasks of the old file finish, its timers end, and the store is still there.
. "${0%/*}/../lib.sh"

config <<'END2'
reeve.store.deploys = (reeve.store.deploys or 0) + 1
reeve.every(0.01, function() reeve.log("notice", "old timer") end)
reeve.task(function()
    reeve.log("notice", "old task begins")
    while not io.open("go") do reeve.sleep(0.01) end
    reeve.log("notice", "old task ends")
end)
program "web" { cmd = "sleep 1000", starttime = 0 }
END2
run_reeve
wait_for 'grep -q "old task begins" "$log"'
wait_for 'grep -q "old timer" "$log"'

config <<'END2'
reeve.store.deploys = reeve.store.deploys + 1
reeve.task(function() reeve.log("notice", "deploys %d", reeve.store.deploys) end)
program "web" { cmd = "sleep 1000", starttime = 0 }
END2
reeve reload
wait_for 'grep -q "deploys 2" "$log"'
ticks=$(grep -c 'old timer' "$log")
touch go
wait_for 'grep -q "old task ends" "$log"'
assert_equal "$ticks" "$(grep -c 'old timer' "$log")" 'runs of the old timer'
