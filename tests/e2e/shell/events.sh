#!/bin/sh
# What happens is shown while one types, if one wants it, and the line that is typed stays whole.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0, autostart = false }
END
run_reeve
export REEVE REEVE_SOCKET="$socket"

expect -c "
    source $e2e/talk.tcl
    shell
    send \"stat\"
    must {stat}
    exec \$env(REEVE) start web
    send \"us web\r\"
    must {^us web\r\nweb +RUNNING}
    must {reeve> }
    say {events on} {}
    send \"stat\"
    must {stat}
    exec \$env(REEVE) stop web
    must {web state STOPPED\r\n.*reeve> stat}
    send \"us web\r\"
    must {us web\r\nweb +STOPPED}
    must {reeve> }
    say {events off} {}
    exec \$env(REEVE) start web
    send \"version\r\"
    must {^version\r\nreeve [^ \r]+\r\n}
    must {reeve> }
    send \"quit\r\"
    ends 0
" >said 2>&1 || fail "expect saw: $(cat -v said)"
