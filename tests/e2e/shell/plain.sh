#!/bin/sh
# What is no terminal is read line by line: no prompt, no editing, the exit status of the last command that failed.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve
wait_state web RUNNING

# The standard input is the argument, with its \n; what is printed goes to $dir/said. Prints the exit status.
shell_does()
{
    got=0
    printf %b "$1" | timeout 30 "$REEVE" shell -s "$socket" >said 2>said.errors || got=$?
    echo "$got"
}

assert_equal 0 "$(shell_does '# a comment\n\nstop web; start web\npid web')"
assert_equal 'web: stopped web: started' "$(head -2 said | paste -sd ' ' -)"
assert_equal "$(reeve pid web)" "$(sed -n 3p said)" 'a last line without its newline'
assert_equal 3 "$(count_lines said)"

# A command that fails does not keep the others of its line from being done.
assert_equal 4 "$(shell_does 'stop nobody; stop web\nversion\n')"
grep -q 'web: stopped' said || fail "said: $(cat said)"
assert_equal 2 "$(shell_does 'stop nobody\nstart\nversion\n')" 'the last one that failed'
grep -q '^reeve: start: something is missing' said.errors || fail "complained: $(cat said.errors)"
assert_equal 3 "$(shell_does 'status web\n')"

# What is behind `quit` is not done; --json belongs to a command, or to all.
assert_equal 0 "$(shell_does 'quit; start web\nstart web\n')"
assert_equal STOPPED "$(state web)"
assert_equal 3 "$(shell_does 'status web --json')"
assert_equal STOPPED "$(json 'r["processes"][0]["state"]' <said)"
echo version | timeout 30 "$REEVE" shell --json -s "$socket" >said
json 'r["version"]' <said >version

# An end of reeve between two commands is no end of the shell.
mkfifo commands
: >said
timeout 60 "$REEVE" shell -s "$socket" <commands >>said 2>said.errors &
shell=$!
exec 7>commands
echo 'pid' >&7
wait_for 'test -s said'
assert_equal "$reeve_pid" "$(cat said)"
stop_reeve
: >said
run_reeve 7>&-
echo 'pid' >&7
wait_for 'test -s said'
assert_equal "$reeve_pid" "$(cat said)"
exec 7>&-
wait "$shell" || fail "exit status $?: $(cat said.errors)"

stop_reeve
assert_equal 5 "$(shell_does 'status\n')"
