#!/bin/sh
# Started with stdin, stdout and stderr closed, reeve puts no other file in their places: what is written to them goes
# nowhere.
. "${0%/*}/../lib.sh"

config <<EOF
supervisor { log = { "$dir/own.log", "stderr" } }
program "web" { cmd = "echo lost; echo lost >&2; exec sleep 1000", shell = true, starttime = 0, stdout = "inherit", stderr = "inherit" }
EOF
"$REEVE" run -c supervisor.lua -s "$socket" <&- >&- 2>&- &
reeve_pid=$!
wait_for 'test "$(state web)" = RUNNING'

places()
{
    for fd in 0 1 2; do
        readlink "/proc/$1/fd/$fd"
    done | sort -u
}

assert_equal /dev/null "$(places "$reeve_pid")" 'streams of reeve'
assert_equal /dev/null "$(places "$(pid_of web)")" 'streams of the program'
assert_status 0 reeve upgrade
wait_for 'test "$(state web)" = RUNNING'
assert_equal /dev/null "$(places "$reeve_pid")" 'streams of the next life'

# A client says so, and doesn't write into its socket instead.
assert_status 1 sh -c '"$0" status -s "$1" >&-' "$REEVE" "$socket"
