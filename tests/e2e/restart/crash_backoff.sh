#!/bin/sh
# A program that keeps crashing is started again, each time after a longer delay, of which hooks are told.
. "${0%/*}/../lib.sh"

config <<'END'
program "flaky" {
    cmd = "date +%s%N >> starts; exit 1", shell = true,
    starttime = 0, autorestart = true,
    backoff = { first = "200ms", factor = 2, max = "400ms", jitter = 0 },
}
on("backoff", function(event) reeve.log("notice", "%s waits, it %s", event.process.name, event.exit.reason) end)
END
run_reeve
wait_for 'test "$(count_lines starts)" -ge 5'
wait_for 'reeve status flaky | grep -qE "^flaky +BACKOFF +.*exited with status 1"'
grep -q 'flaky exited with status 1 after .*, restarting in ' "$log" || fail "the log does not tell the restart"
wait_for 'grep -q "flaky waits, it exited with status 1" "$log"'

# The first restart is at once, then 0.2 s, 0.4 s, and not more than that; late is no mistake, early is one.
too_early=$(awk 'NR > 1 { gap = ($1 - last) / 1e6; want = NR == 2 ? 0 : NR == 3 ? 195 : 390
                          if (gap < want) print "start " NR " after " gap " ms" } { last = $1 }' starts)
assert_equal '' "$too_early"
assert_equal true "$(reeve status --json | json 'r["processes"][0]["restarts"] >= 4')"
assert_equal 1 "$(reeve status --json | json 'r["processes"][0]["exit"]["code"]')"
