#!/bin/sh
# A machine that is out of breath when a next life evaluates the configuration does not end everything: it has more time
# than load_time, which was enough before.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { load_time = 1 }
local lives = io.open("lives", "a")
lives:write("x")
if lives:seek() > 1 then
    local start = reeve.now()
    while reeve.now() - start < 1.5 do end
end
program "web" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve
pid=$(pid_of web)
kill -SEGV "$reeve_pid"
wait_for 'grep -q "goes on after a crash by SIGSEGV" log'
wait_for is_answering
assert_equal "$pid" "$(pid_of web)"

# A reload has no more than that.
wait_for '! reeve reload >said 2>&1'
grep -q 'takes longer than 1s (load_time)' said || fail "$(cat said)"
