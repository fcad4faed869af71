#!/bin/sh
# A signal at the prompt for a password ends the client, and the terminal shows again what is typed.
. "${0%/*}/../lib.sh"

port=$(free_port)
config <<'EOF'
supervisor { password = "open sesame" }
EOF
run_reeve -s "tcp:127.0.0.1:$port"
export REEVE ADDRESS="tcp:127.0.0.1:$port"
cat >ask <<'EOF'
trap : INT
stty -a | tr ' ;' '\n\n' | grep -x -e echo -e -echo
"$REEVE" -s "$ADDRESS" pid
echo "status $?"
stty -a | tr ' ;' '\n\n' | grep -x -e echo -e -echo
EOF
expect -c "
    source $e2e/talk.tcl
    spawn sh ask
    must {echo}
    must {Password for tcp:[^ ]* }
    send \"\003\"
    must {status 130}
    must {\necho\r}
    expect eof

    spawn \$env(REEVE) -s \$env(ADDRESS) pid
    must {Password for tcp:[^ ]* }
    send \"open sesame\r\"
    must {$reeve_pid}
    ends 0
" >said 2>&1 || fail "expect saw: $(cat -v said)"
! grep -q sesame said || fail "the password was shown: $(cat -v said)"
