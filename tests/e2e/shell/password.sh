#!/bin/sh
# Over TCP the shell asks for the password, once, without showing it; a wrong one ends it.
. "${0%/*}/../lib.sh"

port=$(free_port)
config <<'END'
supervisor { password = "open sesame" }
program "web" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve -s "tcp:127.0.0.1:$port"
wait_state web RUNNING
export REEVE ADDRESS="tcp:127.0.0.1:$port"

expect -c "
    source $e2e/talk.tcl
    spawn \$env(REEVE) shell -s \$env(ADDRESS)
    must {Password for tcp:}
    send \"open sesame\r\"
    must {reeve> }
    say {status web} {web +RUNNING}
    send \"stop we\t\r\"
    must {web: stopped}
    must {reeve> }
    send \"quit\r\"
    ends 0

    spawn \$env(REEVE) shell -s \$env(ADDRESS)
    must {Password for tcp:}
    send \"\003\"
    expect eof
" >said 2>&1 || fail "expect saw: $(cat -v said)"
! grep -q sesame said || fail "the password was shown: $(cat -v said)"

echo 'open sesame' >password
printf 'pid\n' | timeout 30 "$REEVE" shell -s "$ADDRESS" --password-file password >said
assert_equal "$reeve_pid" "$(cat said)"
echo 'wrong' >password
assert_status 6 timeout 30 "$REEVE" shell -s "$ADDRESS" --password-file password
