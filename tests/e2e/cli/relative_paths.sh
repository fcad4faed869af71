#!/bin/sh
# Relative paths of the command line are meant from where reeve was started, those of the file from its workingdir, at
# a reload and in the next life as well.
. "${0%/*}/../lib.sh"

mkdir there
config <<EOF
supervisor { workingdir = "$dir/there", log = { "own.log" }, pidfile = "file.pid" }
program "web" { cmd = "sleep 1000", starttime = 0 }
EOF
"$REEVE" run -s unix:sock &
reeve_pid=$!
wait_for 'test "$(state web)" = RUNNING'
assert_equal "$reeve_pid" "$(cat there/file.pid)"

lines()
{
    wc -l <there/own.log
}
before=$(lines)
assert_status 0 reeve reload
test "$(lines)" -gt "$before" || fail 'another log after a reload'
assert_status 0 reeve upgrade
assert_status 0 reeve reload
assert_status 0 "$REEVE" status -s unix:sock web
stop_reeve
assert_equal 'log out supervisor.lua there' "$(echo *)" 'files where it was started'
assert_equal own.log "$(cd there && echo *)" 'files in workingdir'

# A pid file of the command line.
"$REEVE" run -s unix:sock --pidfile mine.pid &
reeve_pid=$!
wait_for 'test "$(state web)" = RUNNING'
assert_equal "$reeve_pid" "$(cat mine.pid)"
