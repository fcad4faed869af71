#!/bin/sh
# An upgrade does not wait for events that never end: those of programs that are tried again and again without a pause.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0 }
program "missing" { cmd = "/there/is/no/such", numprocs = 3, startretries = 1000000, backoff = 0 }
END
run_reeve
wait_state web RUNNING
first=$(pid_of web)
assert_status 0 timeout 8 "$REEVE" upgrade -s "$socket"
echo "$output" | grep -q 'upgraded: this is reeve' || fail "it says $output"
assert_equal "$first" "$(pid_of web)"
