#!/bin/sh
# reeve is one process of two megabytes, and does nothing while nothing happens.
. "${0%/*}/../lib.sh"

config <<'END'
for i = 1, 20 do
    program("p" .. i) { cmd = "sleep 1000", starttime = 0, on_exit = function(process) process:tail(1) end }
end
END
run_reeve
wait_for 'test "$(reeve status | grep -c RUNNING)" -eq 20'

# Its children are the programs and nobody else.
assert_equal "$(reeve pid all | sort)" "$(tr ' ' '\n' <"/proc/$reeve_pid/task/$reeve_pid/children" | grep . | sort)" \
    'its children'
assert_equal 1 "$(find "/proc/$reeve_pid/task" -mindepth 1 -maxdepth 1 | wc -l)" 'threads'

# What would be free if it went.
private() { awk '/^Private_/ { sum += $2 } END { print sum }' "/proc/$reeve_pid/smaps_rollup"; }
is_sanitized || test "$(private)" -le 2048 || fail "it has $(private) KB for itself"

wake_ups() { awk '/_ctxt_switches/ { sum += $2 } END { print sum }' "/proc/$reeve_pid/status"; }
stays_asleep()
{
    before=$(wake_ups)
    sleep 2
    test "$(wake_ups)" -eq "$before"
}
stays_asleep || stays_asleep || fail "it woke up $(($(wake_ups) - before)) times in 2 s"
