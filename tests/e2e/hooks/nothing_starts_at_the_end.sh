#!/bin/sh
# While reeve ends no hook can start anything again, and one that says shutdown at each end hurries nobody.
. "${0%/*}/../lib.sh"

config <<'END'
local function told(what, good, why)
    reeve.log("notice", "%s: %s", what, good and "done" or why)
end
program "again" { cmd = "sleep 1000", starttime = 0,
    before_stop = function(p) told("restart", p:restart()) end,
    on_stop = function(p)
        told("start", p:start())
        told("program", reeve.program("again"):start())
        told("scale", reeve.program("again"):scale(2))
        told("command", reeve.command("start again"))
    end,
}
program "polite" { cmd = { "sh", "-c", "trap 'sleep 0.2; echo bye; exit 0' TERM; touch there; while :; do sleep 0.02; done" },
    starttime = 0, stdout = "bye" }
on("exit", function() reeve.command("shutdown") end)
END
run_reeve
wait_for 'test -e there'
stop_reeve
assert_equal 0 "$reeve_status" 'exit status'
assert_equal bye "$(cat bye)" 'last words of who was asked'
for what in restart start program scale; do
    grep -q "$what: reeve is stopping" "$log" || fail "$what is not refused"
done
grep -q 'command: .*again.*' "$log" || fail 'the command is not refused'
assert_equal 1 "$(grep -c 'again started' "$log")" 'starts'
! grep -q 'killing' "$log" || fail 'somebody was killed'
