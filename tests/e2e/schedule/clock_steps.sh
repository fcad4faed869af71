#!/bin/sh
# A schedule follows the clock on the wall: a run that the clock jumps over is missed, one that it jumps back over is not
# repeated, and the next is on time.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/clock.sh
. "$e2e/clock.sh"

config <<LUA
local schedule = require "reeve.schedule"
local function note(name)
  return function()
    local file = io.open("$dir/" .. name, "a")
    file:write(os.date("%d %H:%M\n"))
    file:close()
  end
end
program "job" { cmd = "true", autostart = false, oneshot = true }
schedule.cron("0 12 * * *", note "skip")
schedule.cron("0 12 * * *", note "once", { missed = "once" })
schedule.cron("0 * * * *", note "hourly")
schedule.at("2026-01-02 15:00", note "at")
LUA
set_clock '2026-01-01 10:30:00'
run_reeve

expect_line 'next 2026-01-01 12:00:00  last -                    0 12 \* \* \*: a function' reeve schedules
expect_line 'next 2026-01-02 15:00:00  last -                    2026-01-02 15:00: a function' reeve schedules
assert_equal '["0 12 * * *", null, 1767265200, null, false]' "$(reeve schedules --json |
    json '[r[0][k] for k in ("schedule", "target", "next", "last", "running")]')"

# Nothing was due, until the clock says so.
set_clock '2026-01-01 11:59:59'
wait_for 'test -e skip && test -e once && test -e hourly'
assert_equal "01 12:00" "$(cat skip)"
expect_line 'next 2026-01-02 12:00:00  last 2026-01-01 12:00:00  0 12 \* \* \*: a function' reeve schedules
assert_equal "01 12:00" "$(cat once)"
assert_equal "01 12:00" "$(cat hourly)"

# Set back by an hour: the noon will not be repeated, but a line with a star follows the clock.
set_clock '2026-01-01 10:59:59'
wait_for 'test "$(count_lines hourly)" -eq 2'
assert_equal "01 11:00" "$(tail -n 1 hourly)"
set_clock '2026-01-01 11:59:59'
wait_for 'test "$(count_lines hourly)" -eq 3'
assert_equal "1 1" "$(count_lines skip) $(count_lines once)"

# A day later in no time.
set_clock '2026-01-02 14:59:59'
wait_for 'test -e at && test "$(count_lines hourly)" -eq 4'
wait_for 'test "$(count_lines once)" -eq 2'
assert_equal "01 12:00" "$(cat skip)"
assert_equal "02 14:59" "$(tail -n 1 once)"
assert_equal "02 15:00" "$(cat at)"
grep -q "schedule '0 12 \* \* \*': 2026-01-02 12:00 was missed, and is left out" log || fail "not told"
grep -q "schedule '0 12 \* \* \*': 2026-01-02 12:00 was missed, and is made up for now" log || fail "not told"

# Set back by days: somebody corrects the clock.
set_clock '2025-06-01 11:59:59'
wait_for 'test "$(count_lines skip)" -eq 2 && test "$(count_lines once)" -eq 3'
assert_equal 1 "$(count_lines at)" "runs of what runs once"
