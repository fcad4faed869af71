#!/bin/sh
# A supervisor that was started again is connected to again, and the shell says so.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve
wait_state web RUNNING
export REEVE REEVE_SOCKET="$socket"

mkfifo turns
expect -c "
    source $e2e/talk.tcl
    shell
    say {events on} {}
    say {pid} {\n[0-9]+}
    send \"pi\"
    must {pi}
    exec touch first
    must {closed the connection}
    exec cat turns
    send \"d\r\"
    must {not running}
    must {reeve> }
    exec touch second
    exec cat turns
    send \"pid\r\"
    must {connected again to unix:.*\n([0-9]+)\r}
    must {reeve> }

    # Events are wanted still.
    exec \$env(REEVE) stop web
    must {web state STOPPED}
    send \"exit\r\"
    ends 0
" >said 2>&1 &
expect=$!
wait_for 'test -e first'
stop_reeve # it closes the connection a moment before it is gone
echo go >turns
poll 'test -e second' || fail "expect saw: $(cat -v said)"
run_reeve
wait_state web RUNNING
echo go >turns
wait "$expect" || fail "expect saw: $(cat -v said)"
