#!/bin/sh
# TTIN and TTOU scale the pool by one, WINCH to nothing; the verb scale does the same.
. "${0%/*}/../lib.sh"

config <<'END'
program "pool" { cmd = "sleep 1000", starttime = 0, numprocs = 2, max_procs = 4 }
END
run_reeve
wait_state pool:2 RUNNING
kill -TTIN "$reeve_pid"
wait_state pool:3 RUNNING
kill -TTOU "$reeve_pid"
wait_for 'test "$(reeve status | wc -l)" -eq 2'
assert_status 0 reeve scale pool 4
wait_state pool:4 RUNNING
assert_status 0 reeve scale pool -1
wait_for 'test "$(reeve status | wc -l)" -eq 3'
kill -WINCH "$reeve_pid"
wait_for 'test "$(reeve status | grep -c RUNNING)" -eq 0'
is_alive "$reeve_pid" || fail "WINCH ended the supervisor"
assert_equal 'pool: 0 processes' "$(reeve scale pool -1)" 'one less than none'

# A target without processes is not passed over in silence.
for verb in start stop restart 'signal HUP' refresh; do
    # shellcheck disable=SC2086 # a verb and its argument
    assert_status 0 reeve $verb pool
    assert_equal 'pool: has no processes' "$output" "$verb"
done
assert_equal 'pool True' "$(reeve start pool --json | json '"%s %s" % (r[0]["target"], r[0]["ok"])')"
assert_status 1 reeve pid pool
kill -TTIN "$reeve_pid"
wait_for 'test "$(reeve status | grep -c RUNNING)" -eq 1'
