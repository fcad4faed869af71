#!/bin/sh
# A cron line means what crontab(5) says, and in the nights when the clocks change what Debian's cron does.
. "${0%/*}/../lib.sh"
export TZ=CET-1CEST,M3.5.0,M10.5.0/3

config <<'LUA'
local cron = require "reeve.schedule.cron"

local function moment(text) return assert(cron.moment(text)) end

local function expect(text, after, ...)
  local line, at = assert(cron.parse(text)), moment(after)
  for _, want in ipairs { ... } do
    at = cron.next(line, at)
    local got = at and os.date("%Y-%m-%d %H:%M %Z", at) or "never"
    if got:sub(1, #want) ~= want then
      error(("'%s' after %s: expected %s, got %s"):format(text, after, want, got))
    end
  end
end

local noon = "2026-01-01 12:00" -- a Thursday

expect("* * * * *", noon, "2026-01-01 12:01", "2026-01-01 12:02")
expect("*/20 * * * *", noon, "2026-01-01 12:20", "2026-01-01 12:40", "2026-01-01 13:00")
expect("10-40/15,5 * * * *", noon, "2026-01-01 12:05", "2026-01-01 12:10", "2026-01-01 12:25", "2026-01-01 12:40")
expect("0 22-23,0-1 * * *", noon, "2026-01-01 22:00", "2026-01-01 23:00", "2026-01-02 00:00", "2026-01-02 01:00")
expect(" 30\t4  1,15 * * ", noon, "2026-01-15 04:30", "2026-02-01 04:30")
expect("0 0 * * 0", noon, "2026-01-04 00:00", "2026-01-11 00:00")
expect("0 0 * * 7", noon, "2026-01-04 00:00", "2026-01-11 00:00")
expect("0 0 * * Sat-sun", noon, "2026-01-03 00:00", "2026-01-04 00:00", "2026-01-10 00:00")
expect("0 0 * * 5-7", noon, "2026-01-02 00:00", "2026-01-03 00:00", "2026-01-04 00:00", "2026-01-09 00:00")
expect("0 0 1 JAN,jul *", noon, "2026-07-01 00:00", "2027-01-01 00:00")
expect("0 0 31 * *", noon, "2026-01-31 00:00", "2026-03-31 00:00", "2026-05-31 00:00")
expect("59 23 31 12 *", noon, "2026-12-31 23:59", "2027-12-31 23:59")

-- Both days: one of them is enough, unless one begins with a star.
expect("0 0 13 * 5", noon, "2026-01-02 00:00", "2026-01-09 00:00", "2026-01-13 00:00", "2026-01-16 00:00")
expect("0 0 30 2 1", noon, "2026-02-02 00:00", "2026-02-09 00:00")
expect("0 0 */2 * 5", noon, "2026-01-09 00:00", "2026-01-23 00:00", "2026-02-13 00:00")
expect("0 0 29 2 *", noon, "2028-02-29 00:00", "2032-02-29 00:00")
expect("0 0 29 2 *", "2096-03-01 00:00", "2104-02-29 00:00")
expect("0 0 29 2 */7", noon, "2032-02-29 00:00", "2060-02-29 00:00")

expect("@hourly", noon, "2026-01-01 13:00", "2026-01-01 14:00")
expect("@daily", noon, "2026-01-02 00:00")
expect("@midnight", noon, "2026-01-02 00:00")
expect("@Weekly", noon, "2026-01-04 00:00")
expect("@monthly", noon, "2026-02-01 00:00")
expect("@yearly", noon, "2027-01-01 00:00")
expect("@annually", noon, "2027-01-01 00:00")

-- 29 March 2026: 02:00 is 03:00. What names its hour runs when the hour is over that never was, and once.
expect("30 2 * * *", "2026-03-28 12:00", "2026-03-29 03:00 CEST", "2026-03-30 02:30 CEST")
expect("0,30 2,3 * * *", "2026-03-29 00:00", "2026-03-29 03:00 CEST", "2026-03-29 03:30 CEST", "2026-03-30 02:00")
expect("15,45 * * * *", "2026-03-29 01:20", "2026-03-29 01:45 CET", "2026-03-29 03:15 CEST", "2026-03-29 03:45 CEST")
expect("*/30 2 * * *", "2026-03-29 01:00", "2026-03-30 02:00 CEST")

-- 25 October 2026: 03:00 is 02:00 once more. What names its hour runs once, a star follows the clock.
expect("30 2 * * *", "2026-10-24 12:00", "2026-10-25 02:30 CEST", "2026-10-26 02:30 CET")
expect("30 * * * *", "2026-10-25 01:40", "2026-10-25 02:30 CEST", "2026-10-25 02:30 CET", "2026-10-25 03:30 CET")
expect("0 3 * * *", "2026-10-25 01:40", "2026-10-25 03:00 CET", "2026-10-26 03:00 CET")

for text, why in pairs {
  ["0 0 0 0"] = "4 fields",
  ["0 0 0 0 *"] = "day of the month: 0 is not in 1-31",
  ["0 0 1 0 *"] = "month: 0 is not in 1-12",
  ["0 0 30 2 *"] = "this date never comes",
  ["0 0 31 4,6,9,11 *"] = "this date never comes",
  ["0 0 30 2 */2"] = "this date never comes",
  ["* * * * * *"] = "6 fields",
  ["60 * * * *"] = "minute: 60 is not in 0-59",
  ["* 24 * * *"] = "hour: 24 is not in 0-23",
  ["* * * * 8"] = "day of the week: 8 is not in 0-7",
  ["* * * foo *"] = "month: 'foo' is no number and no name such as jan",
  ["* * jan * *"] = "day of the month: 'jan' is no number",
  ["*/0 * * * *"] = "the step '0'",
  ["5/10 * * * *"] = "a step needs a range, as in 5-59/10",
  ["50-10 * * * *"] = "write two, such as 50-59,0-10",
  ["1,,2 * * * *"] = "minute: '' is no number",
  ["-5 * * * *"] = "minute: '-5' is no number",
  ["99999999999999999999 * * * *"] = "is not in 0-59",
  [""] = "0 fields",
  ["@reboot"] = "a program with autostart is started with reeve",
  ["@often"] = "there is no @often",
} do
  local line, message = cron.parse(text)
  if line or not message:find(why, 1, true) then error(("'%s': %s"):format(text, message or "is taken")) end
end

for text, good in pairs {
  ["2026-12-24 18:00"] = true, ["2026-12-24T18:00:30"] = true, ["2028-02-29 00:00"] = true,
  ["2026-02-29 00:00"] = false, ["2026-13-01 00:00"] = false, ["2026-12-24 24:00"] = false, ["18:00"] = false,
} do
  if (cron.moment(text) ~= nil) ~= good then error(text) end
end
LUA
assert_status 0 "$REEVE" check -c supervisor.lua
