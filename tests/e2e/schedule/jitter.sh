#!/bin/sh
# With jitter each run is late by its own delay, up to what was said, and not started before.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/clock.sh
. "$e2e/clock.sh"

config <<LUA
local schedule = require "reeve.schedule"
for i = 1, 20 do
  program("job" .. i) { cmd = "sleep 1000", starttime = 0, autostart = false }
  schedule.cron("0 12 * * *", "job" .. i, { jitter = "10m" })
end
LUA
noon=$(date -d '2026-01-01 12:00' +%s)
set_clock '2026-01-01 11:59:00'
run_reeve
wait_for 'test "$(reeve schedules | grep -c "next 2026-01-01 12:0")" -eq 20'

# All within ten minutes, and not all at once.
reeve schedules --json >list
assert_equal true "$(json "all($noon <= s['next'] <= $noon + 600 for s in r)" <list)"
assert_equal true "$(json "max(s['next'] for s in r) - min(s['next'] for s in r) > 60" <list)"

# At its own time, and not at noon, the last of them runs.
last=$(json "int(max(r, key=lambda s: s['next'])['next'])" <list)
name=$(json "max(r, key=lambda s: s['next'])['target']" <list)
test ! "$(state "$name")" = RUNNING || fail "$name runs already"
set_clock "$(date -d "@$last" '+%F %T')"
wait_state "$name" RUNNING
