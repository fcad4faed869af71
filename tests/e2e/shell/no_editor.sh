#!/bin/sh
# Without its module the shell says so, and takes lines as the terminal gives them.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "echo hello; exec sleep 1000", shell = true, starttime = 0 }
END
run_reeve
wait_for 'reeve tail web | grep -q hello'
cp "$REEVE" "$dir/alone"
export REEVE="$dir/alone" REEVE_SOCKET="$socket"

expect -c "
    source $e2e/talk.tcl
    spawn \$env(REEVE) shell
    expect {
        -re {lines cannot be edited: module 'edit': it is not installed} {}
        -re {reeve> } { send \"quit\r\"; ends 0; exit 77 }
    }
    must {reeve> }
    say {status web} {web +RUNNING}
    say {stop web; version} {web: stopped\r\nreeve [^ \r]+\r}
    send \"tail -f web\r\"
    must {tail -f web\r\nhello}
    send \"\003\"
    must {reeve> }
    send \"\004\"
    ends 0
" >said 2>&1 || { test $? = 77 && skip 'the module is installed on this machine'; fail "expect saw: $(cat -v said)"; }
