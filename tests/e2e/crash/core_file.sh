#!/bin/sh
# A crash leaves a core file, as of any program, and one of an overflown stack is a crash like any other.
. "${0%/*}/../lib.sh"

test "$(cat /proc/sys/kernel/core_pattern)" = core || skip "core files do not go to the working directory here"
! is_sanitized || skip "its shadow memory would be in the core file"

# Lua allows 200 calls out of C into Lua, each of these with a buffer on the stack: more than there is.
config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0 }
local function deeper()
  string.gsub("x", "x", deeper)
end
program "digger" { cmd = "true", oneshot = true, autostart = false, on_exit = deeper }
END
# shellcheck disable=SC3045 # the shells that there are have it
ulimit -c unlimited
# shellcheck disable=SC3045
ulimit -s 256
run_reeve
wait_state web RUNNING
first=$(pid_of web)

kill -SEGV "$reeve_pid"
wait_for 'grep -q "goes on after a crash" "$log"'
wait_for 'test -s core || test -s "$(echo core.*)"'
rm -f core*

reeve start digger --no-wait
wait_for 'test "$(grep -c "goes on after a crash" "$log")" -eq 2'
wait_for 'test -s core || test -s "$(echo core.*)"'
assert_equal "$first" "$(pid_of web)"
