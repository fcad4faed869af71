#!/bin/sh
# What a preforking master promises: where output goes, who ends how, the pid file.
. "${0%/*}/../lib.sh"

config <<'END'
local function body(worker)
    print("begin " .. worker.index)
    reeve.log("notice", "noted by " .. worker.index)
    while worker:alive() do reeve.sleep(60) end
    print("end " .. worker.index)
end

supervisor { pidfile = "pid", pool = "work" }
program "work" { numprocs = 2, starttime = 0, run = body, stdout = "both", stderr = "stdout", autorestart = true }
program "files" { starttime = 0, run = body, stdout = "out.txt", stderr = "err.txt" }
program "null" { starttime = 0, run = body, stdout = "discard", stderr = "discard" }
program "kept" { starttime = 0, run = body }
END

begun()
{
    grep -c "$1" both 2>/dev/null || true
}

# Output goes where the program says, at once: to a file, to another one, to one for both, nowhere; else it is kept.
run_reeve
wait_for 'test "$(begun begin)" = 2 && test "$(begun "noted by")" = 2'
wait_for 'grep -q "begin 1" out.txt && grep -q "notice noted by 1" err.txt'
test "$(count_lines out.txt)" = 1 || fail "out.txt has more than what went to stdout"
wait_for 'reeve tail kept | grep -q "begin 1"'
expect_line 'stderr.*|.*noted by 1.*' reeve tail kept stderr
assert_equal /dev/null "$(readlink "/proc/$(pid_of null)/fd/1")"

# The pid file is there, with the pid.
assert_equal "$reeve_pid" "$(head -n 1 pid | cut -d ' ' -f 1)"

# Workers that die are made anew.
victim=$(pid_of work:1)
kill -KILL "$victim"
wait_for 'test "$(begun "begin 1")" = 2'

# TTIN adds, TTOU removes gracefully, WINCH removes all.
kill -TTIN "$reeve_pid"
wait_for 'test "$(begun "begin 3")" = 1'
kill -TTOU "$reeve_pid"
wait_for 'test "$(begun "end 1")" = 1'
kill -WINCH "$reeve_pid"
wait_for 'test "$(begun "end 2")" = 1 && test "$(begun "end 3")" = 1'
kill -TTIN "$reeve_pid"
wait_for 'test "$(begun "begin 4")" = 1'

# QUIT is graceful: the code behind the loop runs; nobody and no pid file is left.
stop_reeve QUIT
assert_equal 0 "$reeve_status"
assert_equal 1 "$(begun 'end 4')"
assert_equal '' "$(leftovers)"
test ! -e pid || fail "the pid file is still there"

# So is the verb, if one says so.
rm -f both
run_reeve
wait_for 'test "$(begun begin)" = 2'
reeve shutdown --graceful >/dev/null
wait_end
assert_equal 2 "$(begun end)"

# TERM and INT are not.
for signal in TERM INT; do
    rm -f both
    run_reeve
    wait_for 'test "$(begun begin)" = 2'
    stop_reeve "$signal"
    assert_equal 0 "$reeve_status"
    assert_equal 0 "$(begun end)" "$signal ends workers at once"
    assert_equal '' "$(leftovers)"
    test ! -e pid || fail "the pid file is still there"
done
