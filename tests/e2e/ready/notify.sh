#!/bin/sh
# READY=1, STATUS, MAINPID, BARRIER and WATCHDOG as systemd-notify sends them.
. "${0%/*}/../lib.sh"

command -v systemd-notify >/dev/null || skip 'there is no systemd-notify'
mkfifo go
config <<'END'
program "db" { ready = "notify", starttime = 0, cmd = { "sh", "-c", [[
  systemd-notify --status="warming up"
  read line <go
  systemd-notify --ready --status="all is well"
  exec sleep 1000 ]] } }
program "silent" { ready = "notify", ready_timeout = 0.3, startretries = 0, cmd = "sleep 1001" }
program "liar" { ready = "notify", ready_timeout = 1, startretries = 0,
  cmd = { "sh", "-c", "systemd-notify --pid=1 READY=2; exec sleep 1002" } }
program "daemon" { ready = "notify", cmd = { "sh", "-c", [[
  sleep 1003 & echo $! >daemon.pid
  systemd-notify --ready MAINPID=$!
  exit 0 ]] } }
program "plain" { cmd = { "sh", "-c", "echo ${NOTIFY_SOCKET-none} >plain; exec sleep 1004" } }
END
export NOTIFY_SOCKET="$dir/not-for-children"
run_reeve
wait_for 'reeve status db | grep -q "STARTING.*, warming up"'
echo >go
wait_state db RUNNING
wait_for 'reeve status db | grep -q "uptime 0:00:..\?, all is well"'
wait_state silent FATAL
expect_line 'silent +FATAL +not ready within 0.3s' reeve status silent
wait_state liar FATAL
assert_equal none "$(cat plain)" 'NOTIFY_SOCKET of one that was not promised any'

# The main process hands over to the one that it names.
wait_for 'test "$(pid_of daemon)" = "$(cat daemon.pid)"'
first=$(cat daemon.pid)
kill -KILL "$first"
wait_for 'test "$(cat daemon.pid)" != "$first" && test "$(pid_of daemon)" = "$(cat daemon.pid)"'
grep -q 'daemon killed by SIGKILL' "$log" || fail 'the end of the main process was not seen'
