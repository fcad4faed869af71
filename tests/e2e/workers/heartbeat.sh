#!/bin/sh
# A worker that is silent for longer than its watchdog allows is killed and replaced; one that beats is not.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { defaults = { starttime = 0, watchdog = "500ms", stdout = "out", autorestart = true, backoff = 0 } }
program "good" { run = function(worker)
    print("good")
    while worker:alive() do reeve.sleep(0.05) end
end }
program "loop" { run = function(worker) -- an event loop beats from a timer
    print("loop")
    reeve.every(0.1, function() worker:alive() end)
    reeve.sleep(1000)
end }
program "busy" { run = function(worker) -- and one that never lets its loop turn beats too
    print("busy")
    while worker:alive() do end
end, nice = 19 }
program "mute" { run = function()
    print("mute")
    reeve.sleep(1000)
end }
program "stuck" { run = function(worker)
    print("stuck")
    worker:alive()
    while true do end
end, nice = 19 }
program "quiet" { watchdog = false, run = function(worker)
    print("quiet")
    worker:alive()
    reeve.sleep(1000)
end }
END
run_reeve
wait_for 'test "$(grep -c mute out)" -ge 3 && test "$(grep -c stuck out)" -ge 3'
for name in good loop busy quiet; do
    assert_equal 1 "$(grep -c "$name" out)" "$name was left alone"
done
grep -q 'mute: no heartbeat for 0.5s, killing it' "$log" || fail "the log does not say why"
reeve status mute --json | json 'r["processes"][0]["exit"]["reason"]' | grep -qx 'no heartbeat for 0.5s' ||
    fail "the status does not say why"
