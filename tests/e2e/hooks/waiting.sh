#!/bin/sh
# A hook that waits holds up neither its process, nor others, nor the control port; `tasks` and `status` show where it waits.
. "${0%/*}/../lib.sh"

config <<'END2'
local function slow(p)
    reeve.log("notice", "begin %s", p)
    reeve.sleep(60)
end

program "a" { cmd = "sleep 1000", starttime = 0, on_start = slow }
program "b" {
    cmd = "sleep 1000", starttime = 0, autorestart = true,
    on_start = function(p) reeve.log("notice", "hook of %s", p) end,
}
END2
run_reeve
wait_for 'grep -q "begin a" "$log"'
wait_for 'grep -q "hook of b" "$log"'
expect_line 'hook on_start of a: waits for .* at .*supervisor.lua:3' reeve tasks
assert_equal 1 "$(reeve status --json | json 'r["supervisor"]["tasks"]')" 'tasks in status'
reeve tasks --json | grep -q '"line":3' || fail "no line in the JSON of tasks"
assert_equal 'a True 3' "$(reeve status --json | json '" ".join(str(r["tasks"][0][k]) for k in ("process", "waits", "line"))')" \
    'the task in status'
expect_line 'a +RUNNING +pid [0-9]+, uptime [0-9:]+, hook on_start waits for .* at .*supervisor.lua:3' reeve status a
expect_line 'b +RUNNING +pid [0-9]+, uptime [0-9:]+' reeve status b
expect_line 'hook on_start of a: waits for .* at .*supervisor.lua:3' reeve status -v
kill -KILL "$(pid_of b)"
wait_for '[ "$(grep -c "hook of b" "$log")" -eq 2 ]'
expect_line 'a: restarted' reeve restart a
stop_reeve
assert_equal 0 "$reeve_status" 'exit status with a waiting hook'
