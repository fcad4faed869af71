#!/bin/sh
# A supervisor that was suspended itself blames no worker for it: each gets the whole time once more.
. "${0%/*}/../lib.sh"

config <<'END'
program "work" {
    starttime = 0, watchdog = "1500ms", stdout = "out", autorestart = true, backoff = 0,
    run = function(worker)
        print("begun")
        while worker:alive() do
            print("beat")
            reeve.sleep(0.05)
        end
    end,
}
END
run_reeve
wait_for 'grep -q beat out'
pid=$(pid_of work)
kill -STOP "$reeve_pid" "$pid"
sleep 3 # the suspension is what is tested
beats=$(count_lines out)
kill -CONT "$reeve_pid"
reeve version >/dev/null
kill -CONT "$pid"
wait_for 'test "$(count_lines out)" -ge $((beats + 20))'
assert_equal "$pid" "$(pid_of work)" "the worker was spared"
assert_equal 1 "$(grep -c begun out)"

# Only then: one that is silent while its supervisor is awake is killed.
kill -STOP "$pid"
wait_for 'test "$(grep -c begun out)" = 2'
