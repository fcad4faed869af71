#!/bin/sh
# A pid file whose number is another process's by now is not believed, and that process is never signalled.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { state_dir = "state" }
local function detached(name, pidfile)
    program(name) {
        cmd = "sleep 1000", detached = true, pidfile = pidfile, autostart = false,
        starttime = 0, stdout = "discard", stderr = "discard",
    }
end
detached("start")
detached("boot")
detached("age", "age.pid")
detached("dead")
detached("odd")
detached("old", "old.pid")
END
mkdir state
sleep 1000 &
stranger=$!
ticks=$(sed 's/.*) //' "/proc/$stranger/stat" | cut -d' ' -f20)
sleep 0 &
dead=$!
wait "$dead"
echo "$stranger $((ticks - 1))" >state/start.pid
echo "$stranger $ticks 00000000-0000-0000-0000-000000000000" >state/boot.pid
echo "$stranger" >age.pid
touch -d '1 hour ago' age.pid
echo "$dead 5" >state/dead.pid
echo "no number" >state/odd.pid
setsid sleep 1000 &
wait_for 'pgrep -P $$ -x sleep | grep -qv "^$stranger$"'
old=$(pgrep -P $$ -x sleep | grep -v "^$stranger$")
echo "$old" >old.pid # as other tools write it, after the start

run_reeve
for name in start boot age dead odd; do
    assert_equal STOPPED "$(state $name)" "$name"
done
assert_equal "$old" "$(pid_of old)" "one that is older than its file"
reeve start start boot age dead odd
reeve stop all
if is_alive "$old"; then
    fail "the one that was found was not stopped"
fi
is_alive "$stranger" || fail "a stranger was signalled"
kill "$stranger"
