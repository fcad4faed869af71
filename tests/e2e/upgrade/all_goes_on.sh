#!/bin/sh
# After an upgrade all is as it was: processes and pids, what users wished, histories, last words, counters, the store,
# sockets, and who is asked for what.
. "${0%/*}/../lib.sh"

port=$(free_port)
config <<END
socket "s" { listen = "tcp:127.0.0.1:$port" }
program "web" { cmd = "sleep 1000", starttime = 0, numprocs = 2, sockets = { "s" } }
program "idle" { cmd = "sleep 1000", starttime = 0 }
program "say" { cmd = "echo last words; exec sleep 1000", shell = true, starttime = 0 }
program "crash" { cmd = "exit 7", shell = true, starttime = 0, startretries = 0, autorestart = "never" }
program "late" { cmd = "exit 3", shell = true, backoff = 100, startretries = 9 }
program "count" {
  cmd = "sleep 1000", starttime = 0, autostart = false,
  on_start = function()
    reeve.store.starts = (reeve.store.starts or 0) + 1
    reeve.store.odd = { [{ 1, { "x" } }] = { 0/0, -0.0, "a\\0b" } }
    reeve.log("notice", "start %d", reeve.store.starts)
  end,
}
END
run_reeve
wait_state late BACKOFF
reeve start count >"$dir/null"
wait_for 'grep -q "start 1$" "$log"'
reeve stop idle >"$dir/null"
reeve scale web 3 >"$dir/null"
wait_state web:3 RUNNING
kill -KILL "$(pid_of say)"
wait_for 'reeve why say | grep -q SIGKILL'
wait_state say RUNNING
wait_for 'reeve tail say | grep -q words'

before=$(reeve status | sed 's/, uptime.*//')
age=$(reeve status --json | json 'r["supervisor"]["uptime"]')
past() { reeve why say | sed 1d; } # without the uptime
why=$(past)
reeve events -n 1000 --json >told
expect_line 'upgraded: this is reeve .*' reeve upgrade
assert_equal "$before" "$(reeve status | sed 's/, uptime.*//')"
assert_equal "$why" "$(past)"
reeve events -n 1000 --json | cmp -n "$(wc -c <told)" - told || fail "other events are told"
grep -q '"reason": *"exited with status 7"' told || fail "there were no ends to tell of: $(cat told)"
reeve log -n 1000 | grep -q 'start 1$' || fail "the log begins anew"
reeve tail say | grep -q words || fail "the last words are forgotten"
assert_equal True "$(reeve status --json | json "str(r['supervisor']['uptime'] >= $age)")" "reeve is as old as before"
assert_equal "$reeve_pid" "$(reeve pid)"
python3 -c "import socket; socket.create_connection(('127.0.0.1', $port))" || fail "nobody listens"

# Who is told by what: exits, hooks, the store.
reeve restart count >"$dir/null"
wait_for 'grep -q "start 2$" "$log"'
kill -KILL "$(pid_of web:2)"
wait_for 'grep -q "web:2 killed by SIGKILL" "$log"'
wait_state web:2 RUNNING

# No descriptor is left behind, however often.
count_descriptors()
{
    find "/proc/$reeve_pid/fd" -type l | wc -l
}
reeve upgrade >"$dir/null"
wait_for 'test "$(pid_of web:3)"'
descriptors=$(count_descriptors)
for _ in 1 2 3; do
    reeve upgrade >"$dir/null"
done
wait_for "test \$(count_descriptors) -le $descriptors"
! grep -q 'cannot be heard' "$log" || fail 'there are no workers'
stop_reeve
assert_equal 0 "$reeve_status"
assert_equal '' "$(leftovers)"
