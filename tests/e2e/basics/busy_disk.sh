#!/bin/sh
# A disk that keeps others waiting for ever keeps nobody waiting here: programs start, stop and are answered for. What is
# to outlast reeve is written when the disk has time, by the end of reeve at the latest.
. "${0%/*}/../lib.sh"

export DISK_BUSY="$dir/busy" LD_PRELOAD="$PROGRAMS/busy_disk.so"
config <<END
supervisor { state_dir = "$dir/state" }
require("reeve.alert").email { to = "ops@example.com", server = "127.0.0.1:1", digest = 0 }
program "web" { cmd = "sleep 1000", starttime = 0 }
program "crashes" { cmd = "exit 1", shell = true, starttime = 0, autostart = false, autorestart = false }
program "own" { cmd = "sleep 1000", starttime = 0, autostart = false, detached = true,
    stdout = "discard", stderr = "discard" }
END
run_reeve
wait_state web RUNNING
touch busy
for words in "stop web" "start own" "start crashes --no-wait" "start web" "stop own" "stop web"; do
    rm -f answered
    # shellcheck disable=SC2086 # words
    (reeve $words >said 2>&1 && touch answered) &
    wait_for 'test -e answered'
done
wait_for 'grep -q "trying again" log'
assert_equal '' "$(find state -name desired -o -name alerts.json)" 'written while the disk was busy'
rm busy
wait_for 'grep -qs "down web" state/desired'
wait_for 'grep -qs "crashes crashed" state/alerts.json'

# A crash in between takes nothing along.
reeve start web
wait_for 'test -e state/desired && ! grep -q web state/desired'
touch busy
reeve stop web
kill -SEGV "$reeve_pid"
wait_for 'grep -q "goes on after a crash by SIGSEGV" log'
rm busy
wait_for 'grep -q "down web" state/desired'

# The end waits for it.
touch busy
reeve start web
reeve shutdown
wait_for 'grep -q "web stopped" log'
wait_for 'grep -q "reeve ends" log'
is_alive "$reeve_pid" || fail "what was wished last is lost"
rm busy
wait_end
assert_equal '' "$(cat state/desired)"
run_reeve
wait_state web RUNNING
rm state/alerts.json
touch busy
reeve shutdown
wait_for 'test "$(grep -c "reeve ends" log)" -eq 2'
is_alive "$reeve_pid" || fail "an alert is lost"
rm busy
wait_end
grep -q "crashes crashed" state/alerts.json
