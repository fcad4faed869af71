#!/bin/sh
# A schedule that cannot be is an error with file and line, and all of them are told.
. "${0%/*}/../lib.sh"

config <<'LUA'
local schedule = require "reeve.schedule"
program "backup" { cmd = "true", autostart = false }
group "nightly" { "backup" }
schedule.cron("0 0 0 0", "backup")
schedule.cron("0 0 30 2 *", "backup")
schedule.cron("@daily", "bakup")
schedule.cron("@daily", "@nightlies")
schedule.cron("@daily", "backup", { overlap = "never" })
schedule.cron("@daily", "backup", { mised = "once", jiter = 1, overlap = "never", jitter = "long" })
schedule.every("10 parsecs", "backup")
schedule.at("tomorrow", "backup")
for _, target in ipairs { "backup", "backup:1", "@nightly", "b*", "all" } do schedule.cron("@daily", target) end
LUA
expect_error()
{
    expect_line "/?.*supervisor.lua:$1: schedule: $2" "$REEVE" check -c supervisor.lua
}
assert_status 1 "$REEVE" check -c supervisor.lua
expect_error 4 "cron line '0 0 0 0': 4 fields, .*"
expect_error 5 "cron line '0 0 30 2 \*': this date never comes.*"
expect_error 6 "there is no program or group 'bakup'"
expect_error 7 "there is no program or group '@nightlies'"
expect_error 8 'overlap: expected "skip" or "queue"'
expect_error 9 "unknown option 'mised', did you mean 'missed'."
expect_error 10 "every: expected a time .*"
expect_error 11 "'tomorrow' is no time such as .*"
expect_error 9 "unknown option 'jiter', did you mean 'jitter'."
expect_error 9 'overlap: expected "skip" or "queue"'
expect_error 9 "jitter: expected a time .*"
assert_equal 11 "$("$REEVE" check -c supervisor.lua 2>&1 | grep -c supervisor.lua:)" "how many are told"

# Said by a hook, it is an error of that line, told once.
config <<'LUA'
program "web" { cmd = "sleep 1000", starttime = 0, on_start = function()
    reeve.log("notice", "refused: %s", select(2, pcall(function()
        require("reeve.schedule").cron("0 0 0 0", "web")
    end)))
end }
LUA
run_reeve
wait_for 'grep -q "refused: [^ ]*supervisor.lua:3: schedule: cron line .0 0 0 0.: 4 fields" "$log"'
