#!/bin/sh
# What was due while reeve was down is left out, or made up for once: state_dir remembers.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/clock.sh
. "$e2e/clock.sh"

config <<LUA
local schedule = require "reeve.schedule"
supervisor { state_dir = "$dir/state" }
program "skip" { cmd = "echo >>$dir/skip.runs", shell = true, autostart = false, oneshot = true }
program "once" { cmd = "echo >>$dir/once.runs", shell = true, autostart = false, oneshot = true }
program "late" { cmd = "echo >>$dir/late.runs", shell = true, autostart = false, oneshot = true }
schedule.cron("0 3 * * *", "skip")
schedule.cron("0 3 * * *", "once", { missed = "once" })
schedule.at("2026-01-02 12:00", "late", { missed = "once" })
LUA
is_remembered='grep -qs "#1" state/schedules.json'

# The first life: nothing can have been missed before it.
set_clock '2026-01-01 10:00:00'
run_reeve
wait_for "$is_remembered"
assert_equal "0 0 0" "$(count_lines skip.runs) $(count_lines once.runs) $(count_lines late.runs)"
assert_equal 700 "$(stat -c %a state)"
stop_reeve

# Three nights later.
set_clock '2026-01-04 10:00:00'
run_reeve
wait_for 'test "$(count_lines once.runs)" -eq 1 && test "$(count_lines late.runs)" -eq 1'
wait_for 'grep -q "3 \* \* \*.: 2026-01-02 03:00 was missed, and is left out" log'
wait_for 'grep -q 176751 state/schedules.json'
reeve reload
stop_reeve

# The same day: all is done.
set_clock '2026-01-04 11:00:00'
run_reeve
reeve reload
wait_state skip STOPPED
assert_equal "0 1 1" "$(count_lines skip.runs) $(count_lines once.runs) $(count_lines late.runs)"

# What cannot be kept is told, and nothing else happens.
rm -rf state
echo >state
set_clock '2026-01-05 02:59:59'
wait_for 'test "$(count_lines once.runs)" -eq 2 && test "$(count_lines skip.runs)" -eq 1'
wait_for 'grep -q "state/schedules.json.*: what it keeps is forgotten at the end" log'
rm state

# Nor is nonsense in the file any obstacle.
stop_reeve
mkdir state
echo '[{' >state/schedules.json
run_reeve
wait_for "$is_remembered"
