#!/bin/sh
# A worker restarts at a reload when the code of its function is another, and keeps its code until then.
. "${0%/*}/../lib.sh"

write()
{
    cat >supervisor.lua <<END
$1
program "work" {
    numprocs = 2, starttime = 0, stdout = "out",
    on_exit = function() $3 end,
    run = function(worker)
        $2
        while worker:alive() do reeve.sleep(60) end
    end,
}
END
}

write '' 'print("first")' ''
run_reeve
wait_for 'test "$(grep -c first out)" = 2'
pids=$(reeve pid work)

write '-- lines move' '-- a comment
        print("first")' ''
expect_line 'kept: work' reeve reload
write 'local unused = 1' 'print("first")' 'reeve.log("notice", "hook")'
expect_line 'kept: work' reeve reload
assert_equal "$pids" "$(reeve pid work)"

write '' 'print("second")' ''
expect_line 'changed: work \(run; restart\)' reeve reload --dry-run
assert_equal "$pids" "$(reeve pid work)"
expect_line 'changed: work \(run; restart\)' reeve reload --wait
wait_for 'test "$(grep -c second out)" = 2'
assert_equal 2 "$(grep -c first out)"
expect_line 'work:1  *RUNNING .*' reeve status work
expect_line 'work:2  *RUNNING .*' reeve status work

# From a worker to a command and back.
cat >supervisor.lua <<'END'
program "work" { cmd = "sleep 1000", numprocs = 2, starttime = 0 }
END
reeve reload --wait >/dev/null
wait_for 'test "$(cat "/proc/$(pid_of work:1)/comm")" = sleep'
write '' 'print("third")' ''
reeve reload --wait >/dev/null
wait_for 'test "$(grep -c third out)" = 2'
