#!/bin/sh
# Alerts to the system's log: a line for each problem with its priority, and the last lines of the program; while the
# daemon is away they wait.
. "${0%/*}/../lib.sh"

unshare -m true 2>/dev/null || skip 'only root can give reeve another /dev/log'

config <<'END'
supervisor { syslog_facility = "local3" }
local alert = require "reeve.alert"
alert.syslog { digest = 0.3, from = "prod", on = { "crash", "fatal" } }
program "web" { cmd = "echo out; echo err >&2; exit 3", shell = true, starttime = 0, autorestart = false }
END

# A /dev of its own, with a log that appears when `start` does.
mkdir dev
cat >inside <<END
mount -t tmpfs none "$dir/dev"
cp -a /dev/null /dev/zero /dev/random /dev/urandom "$dir/dev"
mount --bind "$dir/dev" /dev
(
    until [ -e "$dir/start" ]; do sleep 0.05; done
    exec "$root/tests/programs/logd.py" /dev/log "$dir/lines"
) >/dev/null &
exec "$REEVE" run -c "$dir/supervisor.lua" -s "$socket"
END
unshare -m sh inside >>out 2>>log &
reeve_pid=$!
wait_for is_answering
wait_for 'grep -q "alert by syslog: not delivered: cannot reach the system.s log at /dev/log" log'
touch start
wait_for 'grep -qs "web stderr" lines'
assert_equal 155 "$(sed -n '1s/<\([0-9]*\)>.*/\1/p' lines)" 'priority of the first line'
grep -qE ' reeve\[[0-9]+\]: prod: web crashed: exited with status 3, left as it is, uptime [0-9.]+s, restarts 0$' lines ||
    fail "$(cat lines)"
assert_equal '<158>' "$(sed -n '2s/\(<[0-9]*>\).*/\1/p' lines)" 'priority of its last words'
grep -q ': web stdout: out$' lines || fail "$(cat lines)"
grep -q ': web stderr: err$' lines || fail "$(cat lines)"
