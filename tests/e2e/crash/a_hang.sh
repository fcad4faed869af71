#!/bin/sh
# A hook that cannot be interrupted is ended by hang_limit: reeve resumes, and that event is not delivered again.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { hang_limit = 0.5 }
program "web" {
  cmd = "sleep 1000", starttime = 0,
  on_exit = function(process, exit)
    reeve.log("notice", "the hook begins")
    return ("a"):rep(50000):find(".-b")
  end,
}
program "other" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve
wait_state web RUNNING
other=$(pid_of other)
kill -KILL "$(pid_of web)"
wait_for 'grep -q "goes on after a hang: 2 processes" "$log"'
wait_state web RUNNING
assert_equal "$other" "$(pid_of other)"
reeve restart other >"$dir/null"
assert_equal 1 "$(grep -c 'the hook begins' "$log")" "how often the hook was called"

# Who only waits does not hang.
assert_equal "$reeve_pid" "$(reeve pid)"
