#!/bin/sh
# shutdown --wait comes back when reeve has ended, not before: all can be started again at once. A crash in between is
# waited through.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { pidfile = "pid" }
for i = 1, 5000 do -- so that the end takes a moment
    program("idle" .. i) { cmd = "true", autostart = false }
end
program "slow" {
    cmd = "trap 'until test -e go; do sleep 0.02; done; exit' TERM; touch trapped; while :; do sleep 0.02; done",
    shell = true, starttime = 0, stoptime = 600,
}
END

start()
{
    rm -f go trapped
    run_reeve
    wait_for 'test -e trapped'
}

# Reeve has closed everything: its status is about all that is left of it.
assert_gone()
{
    test -z "$(ls "/proc/$reeve_pid/fd" 2>/dev/null)" || fail "$1 came back too early"
    test ! -e pid || fail "$1: the pid file is still there"
    wait "$reeve_pid" || fail "$1: reeve ended with $?"
}

start
reeve shutdown --wait >said &
client=$!
wait_state slow STOPPING
kill -SEGV "$reeve_pid"
wait_for 'grep -q "goes on after a crash by SIGSEGV" "$log"'
is_alive "$client" || fail "the client has gone with a crash"
touch go
wait "$client" || fail "shutdown --wait: $?"
assert_gone "the client"
assert_equal "stopping everything" "$(cat said)"

start
printf 'shutdown --wait' | nc -N -U sock >said &
client=$!
wait_state slow STOPPING
touch go
wait "$client" || fail "nc: $?"
assert_gone "nc"
assert_equal "stopping everything" "$(tail -n +2 said)"

start
echo 'shutdown --wait' | reeve shell --json >said &
client=$!
wait_state slow STOPPING
touch go
wait "$client" || fail "the shell: $?"
assert_gone "the shell"
assert_equal '"stopping everything"' "$(cat said)"
