#!/bin/sh
# spare_procs keeps so many workers idle: more are started as they become busy, and the oldest idle ones end.
. "${0%/*}/../lib.sh"

config <<'END'
socket "door" { listen = "unix:door.sock" }
program "work" {
    sockets = "door", numprocs = 1, spare_procs = { 2, 3 }, max_procs = 6, starttime = 0,
    run = function(worker)
        local door = worker:socket("door")
        while worker:alive() do
            local client = door:accept()
            if client then
                worker:busy()
                client:write(worker.index .. "\n")
                client:read_line() -- until the client goes
                client:close()
                worker:idle()
            end
        end
    end,
}
on("scale", function(event) reeve.log("notice", "hook: %s", event.text) end)
reeve.every(0.05, function()
    local work = reeve.program("work")
    reeve.log("notice", "counted %d busy, %d idle", work:busy(), work:idle())
end)
END

count()
{
    reeve status work | grep -c RUNNING || true
}

run_reeve
wait_for 'test "$(count)" = 2'

visit()
{
    sleep 1000 | timeout 60 nc -U door.sock >>served 2>/dev/null &
}

for want in 3 4 5 6; do
    visit
    wait_for 'test "$(count)" = "$want"'
done
wait_for 'test "$(count_lines served)" = 4'
wait_for 'tail -n 3 "$log" | grep -q "counted 4 busy, 2 idle"'
visit
wait_for 'test "$(count_lines served)" = 5'
assert_equal 6 "$(count)" "max_procs holds"
grep -q 'hook: work scaled from 2 to 3' "$log" || fail "on(\"scale\") did not hear of it"

for pid in $(leftovers); do
    test "$(cat "/proc/$pid/comm" 2>/dev/null)" = nc && kill "$pid"
done
wait_for 'test "$(count)" = 3'
expect_line 'work:6 .*' reeve status work
expect_line '.*work:1 stopped: exited with status 0.*' cat "$log"

# A parked pool stays parked.
kill -WINCH "$reeve_pid"
wait_for 'reeve status --json | grep -q "\"processes\":\[\]"'
