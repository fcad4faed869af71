#!/bin/sh
# While somebody holds the output of a dead process, its status tells the end and no pid.
. "${0%/*}/../lib.sh"

config <<'EOF'
program "web" {
    cmd = "setsid sleep 1000 & exec sleep 1001", shell = true, starttime = 0, backoff = 0,
}
EOF
run_reeve

# It is restarted after a second: perhaps we are too late, and try the next one.
is_told()
{
    pid=$(pid_of web)
    test -n "$pid" && kill -KILL "$pid" && reeve status web >told
    grep -q 'killed by SIGKILL, its output is held open$' told
}

wait_for is_told
