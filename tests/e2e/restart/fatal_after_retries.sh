#!/bin/sh
# A program that never stays up is FATAL after startretries retries; start tries anew.
. "${0%/*}/../lib.sh"

config <<'END'
program "short" {
    cmd = "echo x >> starts; exit 0", shell = true,
    starttime = 5, startretries = 2, backoff = 0,
}
END
run_reeve
wait_state short FATAL
assert_equal 3 "$(count_lines starts)" starts
expect_line 'short +FATAL +.+' reeve status short

reeve start short >answer 2>&1 && fail "a start that failed has exit status 0"
expect_line 'short: ERROR \(.+\)' cat answer
wait_state short FATAL
assert_equal 6 "$(count_lines starts)" 'starts after another attempt'
assert_status 0 reeve stop short
assert_equal STOPPED "$(state short)"
