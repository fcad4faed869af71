#!/bin/sh
# Workers go on through an upgrade and through a crash: who they are, their heartbeats, how many are busy.
. "${0%/*}/../lib.sh"
"$REEVE" help upgrade >/dev/null 2>&1 || skip "this reeve knows no upgrade"

config <<'END'
supervisor { defaults = { starttime = 0, autorestart = true, backoff = 0 } }
local function mark(name) return io.open(name) and true or false end
program "work" {
    numprocs = 3, watchdog = "1s", stdout = "out",
    run = function(worker)
        print("begun " .. worker.index)
        while worker:alive() do
            if not mark("silence") then reeve.sleep(0.05) else reeve.sleep(1000) end
        end
    end,
}
program "spare" {
    numprocs = 1, spare_procs = { 1, 1 }, max_procs = 4,
    run = function(worker)
        while worker:alive() do
            if mark("busy." .. worker.index) then worker:busy() else worker:idle() end
            reeve.sleep(0.05)
        end
    end,
}
END

indices()
{
    reeve status "$1" 2>/dev/null | sed -n "s/^$1:\([0-9]*\) .* RUNNING .*/\1/p" | tr '\n' ' '
}

run_reeve
wait_for 'test "$(indices work)" = "1 2 3 "'
reeve scale work 2 >/dev/null
touch busy.1
wait_for 'test "$(indices spare)" = "1 2 "'
wait_for 'test "$(indices work)" = "2 3 "'
pids=$(reeve pid work spare)

for how in upgrade crash; do
    case $how in
    upgrade) reeve upgrade >/dev/null ;;
    crash) kill -SEGV "$reeve_pid" ;;
    esac
    wait_for is_answering
    assert_equal "$pids" "$(reeve pid work spare)" "after the $how"
    assert_equal '1 2 ' "$(indices spare)" "after the $how"
done

# They are watched: heartbeats of before count, and those that stop are missed.
sleep 1.5 # longer than the watchdog
assert_equal "$pids" "$(reeve pid work spare)"

# Whether somebody is busy is still told, and an index is never given again.
touch busy.2
wait_for 'test "$(indices spare)" = "1 2 3 "'
reeve scale work +1 >/dev/null
wait_for 'test "$(indices work)" = "2 3 4 "'

touch silence
wait_for 'grep -q "work:2: no heartbeat for 1s, killing it" "$log"'
rm silence
wait_for 'test "$(indices work)" = "2 3 4 "'
