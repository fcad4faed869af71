#!/bin/sh
# At the third crash within a minute hooks stay off, as status, log and REEVE say, until the next reload; three more end
# reeve with the signal.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" {
  cmd = "sleep 1000", starttime = 0,
  on_start = function(process) reeve.log("notice", "hook of %s", process.name) end,
  before_start = function(process) reeve.log("notice", "gate of %s", process.name) end,
}
on("exit", function(event) reeve.log("notice", "heard of an exit") end)
END
run_reeve
wait_for 'grep -q "hook of web" "$log"'

crash()
{
    kill -SEGV "$reeve_pid"
    wait_for "test \$(grep -c 'goes on after a crash' '$log') -eq $1"
}

crash 1
crash 2
assert_equal 0 "$(reeve status | grep -c hooks || true)"
reeve restart web >"$dir/null"
wait_for 'test "$(grep -c "hook of web" "$log")" -eq 2'
heard=$(grep -c 'heard of an exit' "$log")

# An upgrade does not count, and does not call them back.
crash 3
reeve upgrade >"$dir/null"
expect_line 'reeve: hooks are off, .*' reeve status
assert_equal True "$(reeve status --json | json 'str(r["supervisor"]["hooks"] == False)')"
grep -q 'err reeve: hooks are off, after too many' "$log" || fail "the log does not say it"
reeve restart web >"$dir/null"
wait_state web RUNNING
assert_equal 2 "$(grep -c 'hook of web' "$log")" "hooks that are off"
assert_equal 2 "$(grep -c 'gate of web' "$log")" "gates that are off"
assert_equal "$heard" "$(grep -c 'heard of an exit' "$log")"

reeve reload >"$dir/null"
assert_equal 0 "$(reeve status | grep -c hooks || true)"
reeve restart web >"$dir/null"
wait_for 'test "$(grep -c "hook of web" "$log")" -eq 3'

crash 4
crash 5
kill -SEGV "$reeve_pid"
wait_end
assert_equal 139 "$reeve_status"
wait_for 'test -z "$(leftovers)"'
