#!/bin/sh
# Ctrl-C ends what goes on, and the shell goes on.
. "${0%/*}/../lib.sh"

config <<'END'
program "talk" { cmd = "while :; do echo tick; sleep 0.1; done", shell = true, starttime = 0 }
program "web" { cmd = "sleep 1000", starttime = 0, autostart = false }
program "slow" { cmd = "trap '' TERM; while :; do sleep 0.1; done", shell = true, starttime = 0, stoptime = 100 }
END
run_reeve
wait_state slow RUNNING
export REEVE REEVE_SOCKET="$socket"

expect -c "
    source $e2e/talk.tcl
    shell
    foreach stream {{tail -f talk} {attach talk}} {
        send \"\$stream\r\"
        must {tick\r\ntick\r\ntick}
        send \"\003\"
        must {reeve> }
        say version {\nreeve [^ \r]+\r}
    }
    send \"events -f\r\"
    must {slow ready}
    exec \$env(REEVE) start web
    must {web state RUNNING}
    send \"\003\"
    must {reeve> }
    send \"log -f -n 1; version\r\"
    must {version\r\n.*web}
    exec \$env(REEVE) stop web
    must {web exited|web stopped|web was}
    send \"\003\"
    must {\nreeve [^ \r]+\r}
    must {reeve> }

    # What takes its time may be left to itself.
    send \"stop slow\r\"
    exec \$env(REEVE) wait slow STOPPING 10s
    send \"\003\"
    must {what was begun goes on}
    must {reeve> }
    say {status slow} {slow +STOPPING}

    # What was typed meanwhile is not lost.
    send \"wait web RUNNING 1s\rversion\r\"
    must {RUNNING 1s.*reeve> version.*reeve [^ \r]+\r.*reeve> }
    send \"quit\r\"
    ends 0
" >said 2>&1 || fail "expect saw: $(cat -v said)"
kill -KILL "$(pid_of slow || true)" 2>/dev/null || true
