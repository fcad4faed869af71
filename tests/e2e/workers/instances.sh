#!/bin/sh
# What a master of forked instances promises: so many run, the dead are replaced, signals make more and fewer of them.
. "${0%/*}/../lib.sh"

config <<'END'
program "work" {
    numprocs = 3, starttime = 0, autorestart = true, backoff = 0,
    run = function(worker)
        while worker:alive() do reeve.sleep(60) end
    end,
}
END

count()
{
    reeve status work 2>/dev/null | grep -c RUNNING || true
}

indices()
{
    reeve status work 2>/dev/null | sed -n 's/^work:\([0-9]*\) .*/\1/p' | tr '\n' ' '
}

# So many are started, with indices from 1.
run_reeve
wait_for 'test "$(count)" = 3'
assert_equal '1 2 3 ' "$(indices)"

# Each says in its title who it is.
assert_equal 'reeve: work:3' "$(tr '\0' '\n' <"/proc/$(pid_of work:3)/cmdline" | head -n 1)"
assert_equal 'work:3' "$(cat "/proc/$(pid_of work:3)/comm")"

# A killed one is back under its own index.
victim=$(pid_of work:2)
kill -KILL "$victim"
wait_for 'test "$(count)" = 3 && test -n "$(pid_of work:2)" && test "$(pid_of work:2)" != "$victim"'
assert_equal '1 2 3 ' "$(indices)"

# Three TTIN are three more, with new indices.
for want in 4 5 6; do
    kill -TTIN "$reeve_pid"
    wait_for 'test "$(count)" = "$want"'
done
assert_equal '1 2 3 4 5 6 ' "$(indices)"

# Two TTOU are two fewer: the oldest go, and their indices are never seen again.
for want in 5 4; do
    kill -TTOU "$reeve_pid"
    wait_for 'test "$(indices | wc -w)" = "$want" && test "$(count)" = "$want"'
done
assert_equal '3 4 5 6 ' "$(indices)"
reeve scale work +1 >/dev/null
wait_for 'test "$(indices)" = "3 4 5 6 7 "'

# One always stays.
reeve scale work 1 >/dev/null
wait_for 'test "$(indices)" = "" && test "$(state work)" = RUNNING'
kill -TTOU "$reeve_pid"
reeve version >/dev/null
assert_equal RUNNING "$(state work)"

# WINCH parks the pool, and the supervisor stays; TTIN brings one back.
kill -WINCH "$reeve_pid"
wait_for 'reeve status --json | grep -q "\"processes\":\[\]"'
kill -TTIN "$reeve_pid"
wait_for 'test "$(state work)" = RUNNING'
expect_line 'work  *RUNNING .*' reeve status work:8

# Verbs do what signals do, and are counted where signals coalesce.
assert_status 0 reeve scale work 0 --force
wait_for 'reeve status --json | grep -q "\"processes\":\[\]"'
reeve_says 'scale work +1; scale work +1; scale work +1' >/dev/null
wait_for 'test "$(indices)" = "9 10 11 "'

# TERM ends all of them.
reeve scale work 3 >/dev/null
wait_for 'test "$(count)" = 3'
pids=$(reeve pid work)
stop_reeve TERM
assert_equal 0 "$reeve_status"
for pid in $pids; do
    is_alive "$pid" && fail "worker $pid has survived TERM"
done

# KILL of the supervisor leaves none of them.
run_reeve
wait_for 'test "$(count)" = 3'
pids=$(reeve pid work)
kill -KILL "$reeve_pid"
wait_end
for pid in $pids; do
    wait_for "! is_alive $pid"
done
