#!/bin/sh
# On a terminal a line is edited: history over sessions, completion of verbs, targets and flags, Ctrl-C, Ctrl-D.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0, numprocs = 2 }
program "worker" { cmd = "sleep 1000", starttime = 0 }
group "site" { "web" }
END
run_reeve
wait_state worker RUNNING
export REEVE REEVE_SOCKET="$socket"

expect -c "
    source $e2e/talk.tcl
    shell
    say {status worker} {worker +RUNNING}
    say {pid worker; nonsense; version} {there is no command 'nonsense'.*reeve [^ \r]+\r}

    # Verbs, targets, processes, flags.
    send \"resta\two\t--no\t\r\"
    must {worker: }
    must {reeve> }
    send \"stop w\t\"
    must {web +worker.*stop w}
    send \"e\177eb:\t\"
    must {web:1 +web:2}
    send \"2\r\"
    must {web:2: stopped}
    must {reeve> }
    send \"stop @\t\r\"
    must {web:1: stopped}
    must {reeve> }

    # The middle of a line, and what was said before.
    send \"verion\033\[D\033\[D\033\[Ds\r\"
    must {\nreeve [^ \r]+\r}
    must {reeve> }
    send \"\$up\"
    must {ersion}
    send \"\003\"
    must {reeve> }
    say {auth hidden-word} {}
    say {version; 'auth' hidden-word} {}
    send \"pid\003\"
    must {reeve> }
    send \"\004\"
    ends 0

    shell
    send \"\$up\$up\"
    must {stop @site}
    send \"\r\"
    must {web:1: already stopped}
    must {reeve> }
    send \"exit\r\"
    ends 0
" >said 2>&1 || fail "expect saw: $(cat -v said)"

history=$dir/state/reeve/history
assert_equal 600 "$(stat -c %a "$history")"
assert_equal 700 "$(stat -c %a "${history%/*}")"
grep -qx 'status worker' "$history" || fail "the history: $(cat "$history")"
! grep -q hidden-word "$history" || fail 'a password is in the history'
! grep -qx pid "$history" || fail 'a line that was given up is in the history'
