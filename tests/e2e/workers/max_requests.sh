#!/bin/sh
# A worker may end by itself after so many jobs, or be restarted when it is old: another takes its place and its index.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { defaults = { starttime = 0, stdout = "out", backoff = 0 } }
program "few" {
    autorestart = true,
    run = function(worker)
        for job = 1, 3 do
            print("few " .. worker.index .. " job " .. job)
            reeve.sleep(0.05)
        end
    end,
}
program "old" {
    max_age = "300ms",
    run = function(worker)
        print("old begins")
        while worker:alive() do reeve.sleep(10) end
        print("old ends")
    end,
}
program "once" { run = function() print("once") end }
END
run_reeve
wait_for 'test "$(grep -c "few 1 job 3" out)" -ge 3 && test "$(grep -c "old begins" out)" -ge 3'
test "$(grep -c 'old ends' out)" -ge 2 || fail "an old worker was not asked to end"
assert_equal EXITED "$(state once)" "an end with status 0 is expected"
assert_equal 1 "$(grep -c once out)"
