#!/bin/sh
# How a worker ends: by returning, by a number, by an error with its traceback, by a signal.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { defaults = { starttime = 0, autorestart = false, stderr = "err" } }
local function run(name, body) program(name) { run = body } end
run("nothing", function() end)
run("yes", function() return true end)
run("no", function() return false end)
run("seven", function() return 7 end)
run("whole", function() return 3.0 end)
run("large", function() return 256 end)
run("waits", function() reeve.sleep(0.01) return 9 end)
run("error", function()
    local function inner() error("the sky fell") end
    inner()
end)
run("late", function() reeve.sleep(0.01) local none = nil; return none.field end)
run("table", function() error({}) end)
run("killed", function() reeve.sleep(1000) end)
run("subtask", function() -- only the body ends a worker
    reeve.task(function() error("of a task") end)
    reeve.sleep(0.05)
    return 4
end)
END

ended()
{
    reeve status "$1" --json 2>/dev/null | json 'r["processes"][0]["exit"]["'"$2"'"]'
}

run_reeve
wait_state killed RUNNING
kill -TERM "$(pid_of killed)"
while read -r name status; do
    wait_state "$name" EXITED
    assert_equal "$status" "$(ended "$name" code)" "status of $name"
done <<'END'
nothing 0
yes 0
no 1
seven 7
whole 3
large 1
waits 9
error 1
late 1
table 1
subtask 4
END
wait_state killed EXITED
assert_equal TERM "$(ended killed signal)"

expect_line 'error: .*supervisor.lua:11: the sky fell' cat err
expect_line 'stack traceback: .*' cat err
expect_line '.*supervisor.lua:12: in function <.*' cat err
expect_line "late: .*supervisor.lua:14: attempt to index a nil value \(local 'none'\)" cat err
expect_line '.*warning task of .*: of a task.*' cat err
grep -q '256, which is no exit status' err || fail "a number that is no status is not told"
