#!/bin/sh
# attach shows both streams: what was written last, then what comes. One that is discarded does not keep the other away.
. "${0%/*}/../lib.sh"

config <<'END'
program "both" { cmd = "echo out; echo err >&2; while :; do sleep 0.05; echo more; done", shell = true, starttime = 0 }
program "half" { cmd = "while :; do echo err >&2; sleep 0.05; done", shell = true, starttime = 0, stdout = "discard" }
program "mute" { cmd = "sleep 1000", starttime = 0, stdout = "discard", stderr = "stdout" }
END
run_reeve
wait_state both RUNNING
wait_for 'test -n "$(reeve tail half stderr)" && test -n "$(reeve tail both stderr)"'

for name in both half; do
    : >"seen.$name"
    timeout 30 "$REEVE" attach "$name" -s "$socket" >"seen.$name" &
    wait_for "test \$(wc -l <seen.$name) -ge 25" # more than was there at first
    kill $!
done
grep -qx err seen.both || fail "no stderr: $(cat seen.both)"
grep -qx more seen.both || fail "no stdout: $(cat seen.both)"
assert_equal err "$(sort -u seen.half)"

assert_status 1 reeve attach mute
expect_line 'reeve: mute: the output is discarded: .*' reeve attach mute
assert_status 4 reeve attach nobody
