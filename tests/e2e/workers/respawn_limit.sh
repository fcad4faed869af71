#!/bin/sh
# More restarts than respawn_limit within the interval end the supervisor with status 1, and all workers with it.
. "${0%/*}/../lib.sh"

config <<'END'
program "work" {
    numprocs = 2, starttime = 0, autorestart = true, backoff = 0,
    respawn_limit = 2, respawn_interval = 60, on_giveup = "shutdown",
    run = function(worker)
        while worker:alive() do reeve.sleep(60) end
    end,
}
END
run_reeve
for round in 1 2; do
    wait_for 'test "$(reeve status work | grep -c RUNNING)" = 2'
    victim=$(pid_of work:1)
    other=$(pid_of work:2)
    kill -KILL "$victim"
    wait_for 'test -n "$(pid_of work:1)" && test "$(pid_of work:1)" != "$victim"'
    echo "$round" >/dev/null
done
assert_equal "$other" "$(pid_of work:2)" "nobody touched the second one"
kill -KILL "$(pid_of work:1)"
wait_end
assert_equal 1 "$reeve_status"
is_alive "$other" && fail "a worker has survived its supervisor"
grep -q 'more than 2 restarts in 1m' "$log" || fail "the log does not say why"
