#!/bin/sh
# When the clocks go forward, what was to run in the hour that is left out runs right after it.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/clock.sh
. "$e2e/clock.sh"

config <<LUA
local schedule = require "reeve.schedule"
program "backup" {
  cmd = "date '+%H:%M %Z' >>$dir/backup", shell = true, env = { LD_PRELOAD = "$CLOCK" },
  autostart = false, oneshot = true,
}
schedule.cron("30 2 * * *", "backup")
LUA
set_clock '2026-03-29 01:59:59'
run_reeve
wait_for 'test -s backup'
assert_equal "03:00 CEST" "$(cat backup)"
wait_state backup EXITED
