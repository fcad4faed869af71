#!/bin/sh
# Hooks that have eaten all the memory they may keep no schedule from going on once there is some again, and no program
# from being started meanwhile. A function that loops is cut off, and called again the next time.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/clock.sh
. "$e2e/clock.sh"

config <<LUA
supervisor { hook_memory = "4MB" }
local schedule = require "reeve.schedule"
program("job") { cmd = "echo >>$dir/job.runs", shell = true, autostart = false, oneshot = true, starttime = 0 }
schedule.cron("* * * * *", "job")
for _, overlap in ipairs { "skip", "queue" } do
  schedule.cron("* * * * *", function()
    local file = io.open("$dir/" .. overlap .. ".runs", "a")
    file:write("\n")
    file:close()
  end, { overlap = overlap })
end
schedule.cron("* * * * *", function()
  local file = io.open("$dir/loop.runs", "a")
  file:write("\n")
  file:close()
  while true do end
end)
local hoard = {}
program("hog") { cmd = "sleep 1000", starttime = 0, autostart = false, on_start = function()
  for _, size in ipairs { 1 << 20, 1 << 16, 1 << 12, 1 << 8, 1 << 4, 1 } do
    while pcall(function() hoard[#hoard + 1] = ("x"):rep(size) .. #hoard end) do end
  end
  pcall(function() while true do hoard = { hoard } end end)
end, on_exit = function() hoard = nil end }
LUA
counts()
{
    echo "$(count_lines job.runs) $(count_lines skip.runs) $(count_lines queue.runs)"
}

set_clock '2026-01-01 10:00:59.5'
run_reeve
wait_for 'test "$(counts)" = "1 1 1"'
wait_state job EXITED
reeve start hog >"$dir/null"
wait_for '! reeve tasks | grep -q hog'
set_clock '2026-01-01 10:01:59.5'
wait_for 'test "$(grep -c "not enough memory" log)" -ge 2 && test "$(count_lines job.runs)" -eq 2'
wait_state job EXITED
reeve stop hog >"$dir/null"
wait_for '! reeve tasks | grep -q hog'
set_clock '2026-01-01 10:02:59.5'
wait_for 'test "$(counts)" = "3 2 2"'
wait_for 'test "$(count_lines loop.runs)" -eq 2 && ! reeve schedules | grep -q "which runs"'
