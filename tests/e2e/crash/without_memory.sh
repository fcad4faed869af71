#!/bin/sh
# As long as the system gives no memory for what the next life must know, here for a limit on files, reeve supervises, and
# says that it can neither be upgraded nor outlive a crash; once there is some it can, with all that has happened meanwhile.
. "${0%/*}/../lib.sh"

command -v prlimit >"$dir/null" || skip 'there is no prlimit'
is_kept() { test "$(reeve status --json | json 'str(r["supervisor"]["kept"])')" = "$1"; }

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0, numprocs = 2 }
program "say" { cmd = "echo last words; exec sleep 1000", shell = true, starttime = 0 }
program "idle" { cmd = "sleep 1000", starttime = 0 }
END
prlimit --pid $$ --fsize=32768:
run_reeve
prlimit --pid $$ --fsize=unlimited:
wait_for 'reeve tail say | grep -q words'
reeve stop idle >"$dir/null"
grep -q 'err there is no memory for what the next life of reeve must know: .*: File too large' "$log" || fail 'it is not logged'
reeve status | grep -q '^reeve: there is no memory for what the next life of reeve must know: it cannot be upgraded' ||
    fail "it is not told: $(reeve status)"
is_kept False || fail 'it is not told to programs'
reeve upgrade >said 2>&1 && fail 'where should it be upgraded to?'
grep -q 'no upgrade: there is no memory for what the next life of reeve must know: ' said || fail "$(cat said)"
before=$(reeve status | sed '/^reeve: /d; s/, uptime.*//')

prlimit --pid "$reeve_pid" --fsize=unlimited:
wait_long 'is_kept True'
grep -q 'notice there is memory for what the next life of reeve must know: all is well again' "$log" || fail 'it is not logged'
kill -SEGV "$reeve_pid"
wait_for "grep -q 'goes on after a crash by SIGSEGV: 4 processes' '$log'"
assert_equal "$before" "$(reeve status | sed 's/, uptime.*//')"
reeve tail say | grep -q words || fail 'the last words are forgotten'
reeve log -n 1000 | grep -q 'supervises' || fail 'the log begins anew'
expect_line 'upgraded: this is reeve .*' reeve upgrade
assert_equal "$before" "$(reeve status | sed 's/, uptime.*//')"
stop_reeve
assert_equal 0 "$reeve_status"
assert_equal '' "$(leftovers)"
