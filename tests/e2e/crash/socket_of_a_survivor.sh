#!/bin/sh
# Reeve begins though a program of its former life, which ended without a word, has a socket of the configuration still: that
# one is ended first. Somebody else's socket is told then, too.
. "${0%/*}/../lib.sh"

patient='deathsig = false, stdout = "discard", stderr = "discard", starttime = 0, shell = true, stoptime = 60, cmd = [[
    trap "echo >asked; while [ ! -e may-end ]; do sleep 0.05; done; exit" TERM
    echo >there; while :; do sleep 0.05; done]]'
config <<END
supervisor { state_dir = "state" }
socket "web" { listen = "unix:web.sock" }
program "web" { sockets = { "web" }, $patient }
END
run_reeve
wait_for 'test -e there'
first=$(pid_of web)
kill -KILL "$reeve_pid"
wait_end

run_reeve
wait_for 'test -e asked'
assert_equal STARTING "$(state web)"
: >may-end
wait_state web RUNNING
! is_alive "$first" || fail "the former one lives"

kill -KILL "$reeve_pid"
wait_end
socat UNIX-LISTEN:other.sock,fork - >null 2>&1 &
wait_for 'test -S other.sock'
config <<END
supervisor { state_dir = "state" }
socket "web" { listen = "unix:other.sock" }
program "web" { sockets = { "web" }, $patient }
END
assert_status 1 "$REEVE" run -c supervisor.lua -s "$socket"
