#!/bin/sh
# telnet on a loopback address that was opened: negotiation, CRLF, quit.
. "${0%/*}/../lib.sh"

port=$(free_port)
config <<'END'
supervisor { open = true }
program "web" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve -s "tcp:127.0.0.1:$port"
wait_state web RUNNING

expect -c "
    source $e2e/talk.tcl
    spawn telnet 127.0.0.1 $port
    must {ready, \"help\" lists the commands}
    send \"status\r\"
    must {web +RUNNING +pid [0-9]+, uptime}
    must {OK}
    send \"stop web\r\"
    must {web: stopped}
    send \"quit\r\"
    ends 0
" >telnet.out 2>&1 || fail "telnet saw: $(cat telnet.out)"
assert_equal STOPPED "$(state web)"

# IAC DO ECHO, IAC WILL LINEMODE before a command: answered, and not taken for its name.
printf '\377\375\001\377\373\042status\r\n' | timeout 30 nc -N 127.0.0.1 "$port" >answer
LC_ALL=C grep -aq 'web  *STOPPED' answer || fail "status after negotiation was answered by: $(cat -v answer)"
