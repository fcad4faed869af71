#!/bin/sh
# After a SIGKILL of reeve the next run ends whoever is left, before it starts anything, and finds detached ones again.
. "${0%/*}/../lib.sh"

# Each writes down when it begins; none ends with reeve.
config <<'END'
supervisor { state_dir = "state" }
local function survivor(name, script, settings)
    settings.cmd = { "sh", "-c", ("echo %s $$ >>began; "):format(name) .. script }
    settings.starttime, settings.stoptime, settings.deathsig = 0, 1, false
    program(name)(settings)
end
survivor("plain", "exec sleep 1000", { numprocs = 2 })
survivor("stubborn", "trap '' TERM; while :; do sleep 0.05; done", {})
survivor("elsewhere", "setsid sleep 1000 & exec sleep 1000", {})
program "titled" { -- it leaves nothing of its environment
    cmd = { "env", "-i", "sleep", "1000" }, starttime = 0, deathsig = false,
}
program "d" { cmd = "sleep 1000", starttime = 0, detached = true, stdout = "discard", stderr = "stdout" }
END
everybody()
{
    pgrep -f "^($dir|sleep 1000|sh -c echo)" | while read -r pid; do
        if tr '\0' '\n' <"/proc/$pid/environ" | grep -qx "E2E_DIR=$dir"; then
            echo "$pid"
        fi
    done
}
run_reeve
for name in plain:1 plain:2 stubborn elsewhere titled d; do
    wait_state $name RUNNING
done
wait_for 'test "$(count_lines began)" = 4'
d=$(pid_of d)
titled=$(pid_of titled)
before="$(everybody | grep -vx "$d") $titled"
rm began

kill -KILL "$reeve_pid"
wait_end
run_reeve
assert_equal "$d" "$(pid_of d)"
wait_state plain:1 RUNNING
for pid in $before; do
    if is_alive "$pid"; then
        fail "$pid of the earlier life lives, while others were started"
    fi
done
wait_for 'test "$(count_lines began)" = 4'
for name in plain:1 plain:2 stubborn elsewhere titled; do
    wait_state $name RUNNING
done
is_alive "$d" || fail "the detached one was ended"
grep -q "process $titled of titled is left from an earlier life of reeve, ending it" "$log" ||
    fail "the log does not tell whom it ended"
grep -q "did not stop, killing it" "$log" || fail "the stubborn one stopped?"

# A second one with the same folder is refused; after a good end nobody is looked for.
assert_status 1 "$REEVE" run -c supervisor.lua -s "unix:$dir/other"
expect_line ".*state_dir: reeve with pid $reeve_pid keeps its state in .*" "$REEVE" run -c supervisor.lua \
    -s "unix:$dir/other"
reeve stop d
stop_reeve
test ! -e state/census || fail "a good end leaves the list behind"
