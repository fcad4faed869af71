#!/bin/sh
# A run that is due while the one before goes on is left out, or waits for its end: once, however often it was due.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/clock.sh
. "$e2e/clock.sh"

config <<LUA
local schedule = require "reeve.schedule"
local function job(name)
  program(name) {
    cmd = "echo >>$dir/" .. name .. ".runs; while ! test -e $dir/go; do sleep 0.02; done",
    shell = true, autostart = false, oneshot = true, starttime = 0,
  }
end
local function wait(name)
  return function()
    local file = io.open("$dir/" .. name .. ".runs", "a")
    file:write("\n")
    file:close()
    while not io.open("$dir/go") do reeve.sleep(0.02) end
  end
end
job "skips"
job "queues"
schedule.cron("* * * * *", "skips")
schedule.cron("* * * * *", "queues", { overlap = "queue" })
schedule.cron("* * * * *", wait "f.skips")
schedule.cron("* * * * *", wait "f.queues", { overlap = "queue" })
LUA
counts()
{
    echo "$(count_lines skips.runs) $(count_lines queues.runs) $(count_lines f.skips.runs) $(count_lines f.queues.runs)"
}
left_out()
{
    grep -c "still runs" log || true
}

set_clock '2026-01-01 10:00:59.5'
run_reeve
wait_for 'test "$(counts)" = "1 1 1 1"'
set_clock '2026-01-01 10:01:59.5'
wait_for 'test "$(left_out)" -eq 4'
set_clock '2026-01-01 10:02:59.5'
wait_for 'test "$(left_out)" -eq 8'
assert_equal 2 "$(reeve schedules | grep -c ', which runs$')"
assert_equal "1 1 1 1" "$(counts)"
: >go
wait_for 'test "$(counts)" = "1 2 1 2"'
wait_state queues EXITED
wait_state skips EXITED

# All is at rest: the next ones run as ever.
set_clock '2026-01-01 10:03:59.5'
wait_for 'test "$(counts)" = "2 3 2 3"'
