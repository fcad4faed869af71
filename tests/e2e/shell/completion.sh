#!/bin/sh
# The completion of bash, zsh and fish knows verbs, flags, the running supervisor's targets, and files.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0, numprocs = 2 }
program "worker" { cmd = "sleep 1000", starttime = 0 }
group "site" { "web" }
END
run_reeve
wait_state worker RUNNING
export REEVE REEVE_SOCKET="$socket"
mkdir bin
ln -s "$REEVE" bin/reeve
PATH=$dir/bin:$PATH
completion=$root/contrib/completion

# What is offered behind a line; the last word is the one that is typed.
offered()
{
    "$REEVE" complete "$@" | paste -sd ' ' -
}

assert_equal 'all web worker @site web:1 web:2' "$(reeve targets | paste -sd ' ' -)"
assert_equal 'status start stop' "$(offered st)"
assert_equal 'web worker' "$(offered stop w)"
assert_equal 'web:1 web:2' "$(offered stop web:)"
assert_equal '@site' "$(offered -s "$socket" restart --no-wait @)"
assert_equal '--no-wait --rolling --json --password-file' "$(offered restart --)"
assert_equal 'RUNNING' "$(offered wait web R)"
assert_status 3 "$REEVE" complete convert ''

# Nobody answers: quietly nothing but what needs no supervisor.
assert_equal 'all' "$(offered -s unix:nowhere stop '')"
assert_equal '' "$("$REEVE" complete -s unix:nowhere stop w 2>&1)"

in_bash()
{
    bash --norc -c '. "$1"; COMP_LINE=$2 COMP_POINT=${#2}; _reeve reeve; echo "${COMPREPLY[*]}"' - \
        "$completion/reeve.bash" "$1"
}

assert_equal 'web worker' "$(in_bash 'reeve stop w')"
assert_equal 'web worker @site all' "$(in_bash 'reeve stop ')"
assert_equal '1 2' "$(in_bash 'reeve stop web:')"
assert_equal 'supervisor.lua' "$(in_bash 'reeve check -c super')"

# Typed into an interactive bash: the colon neither doubles nor eats anything.
expect -c "
    source $e2e/talk.tcl
    spawn env PS1=ready> bash --norc --noprofile
    must {ready>}
    send \". $completion/reeve.bash\r\"
    must {ready>}
    send \"reeve stop wor\t\"
    must {stop worker }
    send \"\rreeve pid web:\t2\r\"
    must {[^0-9]$(reeve pid web:2)\r}
    send \"exit\r\"
    ends 0
" >bash.out 2>&1 || fail "bash: $(cat bash.out)"
wait_state worker STOPPED

if command -v fish >/dev/null; then
    in_fish()
    {
        HOME=$dir fish --no-config -c "source $completion/reeve.fish; complete -C '$1'" | cut -f 1 | paste -sd ' ' -
    }
    assert_equal 'web worker' "$(in_fish 'reeve stop w')"
    assert_equal 'web:1 web:2' "$(in_fish 'reeve stop web:')"
    assert_equal 'supervisor.lua' "$(in_fish 'reeve check -c super')"
fi

if command -v zsh >/dev/null; then
    expect -c "
        source $e2e/talk.tcl
        spawn env PS1=ready> HOME=$dir TERM=dumb zsh -f
        must {ready>}
        send \"fpath=($completion \\\$fpath); autoload -U compinit; compinit -D -u; echo is se\\\"\\\"t\r\"
        must {is set}
        must {ready>}
        send \"reeve start wor\t\r\"
        must {worker: started}
        must {ready>}
        send \"reeve pid web:\t2\r\"
        must {[^0-9]$(reeve pid web:2)\r}
        send \"exit\r\"
        ends 0
    " >zsh.out 2>&1 || fail "zsh: $(cat zsh.out)"
fi
