#!/bin/sh
# A module that offers a pass is asked for it: it may wait, act, and says what is printed, and the exit status.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { state_dir = "state" }
local alone = require "reeve.pass".offer(function(what, name)
    if what == "start" then
        reeve.sleep(0.01)
        reeve.program(name):start()
        reeve.process(name):wait("RUNNING", 10)
    end
    if name == "bad" then error("no idea") end
    return name == "odd" and 7 or nil, ("%s %s %s"):format(what, tostring(name), reeve.process("d").state)
end)
if not alone then reeve.log("warning", "this one stays") end
local function quiet(name)
    program(name) { cmd = "sleep 1000", starttime = 0, detached = true, stdout = "discard", stderr = "stdout" }
end
quiet("d")
quiet("bad")
quiet("odd")
END
reconcile()
{
    "$REEVE" reconcile "$@" -c "$dir/supervisor.lua"
}
assert_equal 'pass nil STOPPED' "$(reconcile 2>&1)"
assert_equal 'list nil STOPPED' "$(reconcile list 2>&1)"
assert_equal 'start d RUNNING' "$(reconcile start d 2>&1)"
assert_equal 'pass nil RUNNING' "$(reconcile 2>&1)"
assert_status 7 reconcile stop odd
assert_status 1 reconcile stop bad
expect_line '.*supervisor.lua:8: no idea.*' reconcile stop bad
run_reeve
grep -q 'this one stays' "$log" || fail "run is no pass"
