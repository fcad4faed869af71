#!/bin/sh
# schedule.every starts a program or calls a function again and again; a cancelled schedule does nothing more.
. "${0%/*}/../lib.sh"

config <<LUA
local schedule = require "reeve.schedule"
program "job" { cmd = "echo >>$dir/job.runs", shell = true, autostart = false, oneshot = true }
program "pair" { cmd = "echo >>$dir/pair.runs", shell = true, numprocs = 2, autostart = false, oneshot = true }
group "both" { "job", "pair" }
schedule.every("50ms", "@both", { jitter = 0.02 })
schedule.every("200ms", "pair:3")

local calls = 0
local handle
handle = schedule.every(0.05, function()
  calls = calls + 1
  if calls == 3 then handle:cancel() reeve.store.over = true end
end)
local never = schedule.cron("* * * * *", function() error("I was cancelled") end, { overlap = "queue" })
never:cancel()

-- What is past when it is said is not done: until one comes in time.
local at_last = false
schedule.every("300ms", function()
  if at_last then return end
  schedule.at(reeve.now() + 0.2, function() at_last = true reeve.log("notice", "at last") end)
end)

on("ask", function() reeve.log("notice", "calls: %d", calls) end)
schedule.every("100ms", function() if reeve.store.over then reeve.emit("ask") end end)
LUA
run_reeve
wait_for 'test "$(count_lines job.runs)" -ge 3 && test "$(count_lines pair.runs)" -ge 6'
wait_for 'grep -q "at last" log'
wait_for 'grep -q "schedule .every 0.2s.: pair:3 has no process, this time is left out" log'
wait_for 'test "$(grep -c "calls: 3" log)" -ge 2'
assert_equal 0 "$(grep -c 'calls: [^3]' log || true)" "calls after the third"

# What hooks have said once is forgotten when it is over.
wait_for '! reeve schedules | grep -q "  at "'
expect_line 'next [-0-9]+ [:0-9]+  last [-0-9]+ [:0-9]+  every 0.05s: @both' reeve schedules
reeve schedules | grep '\* \* \*' && fail 'a cancelled schedule is listed'

# A reload that says it no more ends it.
config <<LUA
program "job" { cmd = "echo >>$dir/job.runs", shell = true, autostart = false, oneshot = true }
LUA
reeve reload >/dev/null
assert_equal '' "$(reeve schedules)"
wait_for '! reeve tasks | grep -q .'
wait_state job EXITED
runs=$(count_lines job.runs)
reeve start job >/dev/null
wait_for 'test "$(count_lines job.runs)" -gt "$runs"'
wait_state job EXITED
assert_equal $((runs + 1)) "$(count_lines job.runs)" "runs, with one by hand"
