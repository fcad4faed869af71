#!/bin/sh
# QUIT ends what a worker waits for, once; after worker:alive() has said so, it may sleep again for its last things.
. "${0%/*}/../lib.sh"

config <<'END'
socket "door" { listen = "unix:door.sock" }
supervisor { defaults = { starttime = 0, stdout = "out", stoptime = 20 } }
program "sleeps" { run = function(worker)
    print("sleeps")
    reeve.sleep(1000)
    print("woken", worker:alive())
    local before = reeve.now()
    reeve.sleep(0.3)
    print("slept", reeve.now() - before >= 0.29)
end }
program "twice" { run = function(worker) -- the second wait before anybody was told
    print("twice")
    reeve.sleep(1000)
    reeve.sleep(1000)
    print("twice woken", worker:alive())
end }
program "accepts" { sockets = "door", run = function(worker)
    print("accepts")
    print("accepted", worker:socket("door"):accept())
    print("again", worker:socket("door"):accept(1000))
    print("alive", worker:alive())
end }
program "subtask" { run = function(worker)
    print("subtask")
    local t = reeve.task(function() reeve.sleep(1000) print("subtask woken") end)
    while worker:alive() do reeve.sleep(1000) end
    reeve.sleep(0.05)
    t:cancel()
end }
program "deaf" { stoptime = 0.3, run = function() print("deaf") while true do reeve.sleep(0.01) end end }
END
run_reeve
wait_for 'test "$(count_lines out)" = 5'
reeve stop sleeps twice accepts subtask >/dev/null
expect_line 'woken	false' cat out
expect_line 'slept	true' cat out
expect_line 'twice woken	false' cat out
expect_line "accepted	nil	socket 'door': the worker is to end" cat out
expect_line "again	nil	socket 'door': the worker is to end" cat out
expect_line 'alive	false' cat out
expect_line 'subtask woken' cat out
for name in sleeps twice accepts subtask; do
    assert_equal 0 "$(reeve status "$name" --json 2>/dev/null | json 'r["processes"][0]["exit"]["code"]')" "status of $name"
done
reeve stop deaf >/dev/null
assert_equal KILL "$(reeve status deaf --json 2>/dev/null | json 'r["processes"][0]["exit"]["signal"]')"
