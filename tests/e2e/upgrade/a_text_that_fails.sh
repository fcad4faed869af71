#!/bin/sh
# A configuration that cannot be evaluated again is the end of an upgrade, which names the line, and of nothing else; one
# that was in force before and has processes yet is the end of those.
. "${0%/*}/../lib.sh"

mkdir here
config <<'END'
assert(io.open("here/file", "w")):close()
program "old" {
    cmd = "trap 'trap - TERM; echo term >>terms' TERM; while :; do sleep 0.05; done", shell = true, starttime = 0, stoptime = 1000,
}
END
run_reeve
wait_state old RUNNING
old=$(pid_of old)
rm -r here
assert_status 1 reeve upgrade
expect_line "reeve: no upgrade.*: the configuration that was in force: .*supervisor.lua:1: here/file: .*" reeve upgrade
assert_equal RUNNING "$(state old)"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0 }
END
reeve reload >"$dir/null"
wait_for 'grep -qs term terms'
wait_state web RUNNING
kill -SEGV "$reeve_pid"
wait_for '! is_alive "$old"'
wait_state web RUNNING
grep -q "program 'old' is not in the configuration that was in force: its process is ended" "$log" || fail "nobody says so"
