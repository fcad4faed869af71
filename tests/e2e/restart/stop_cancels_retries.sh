#!/bin/sh
# stop of a program that waits for its next try cancels the try.
. "${0%/*}/../lib.sh"

config <<'END'
program "flaky" {
    cmd = "echo x >> starts; exit 1", shell = true,
    starttime = 1, startretries = 100, backoff = { first = "300ms", factor = 1, jitter = 0 },
}
program "clock" { cmd = "sleep 0.8", starttime = 0, autostart = false, autorestart = "never" }
END
run_reeve
wait_state flaky BACKOFF
assert_status 0 reeve stop flaky
assert_equal STOPPED "$(state flaky)"
starts=$(count_lines starts)

# More than two delays, measured by a program of its own.
assert_status 0 reeve start clock
wait_state clock EXITED
assert_equal "$starts" "$(count_lines starts)" 'starts after the stop'
assert_equal STOPPED "$(state flaky)"
