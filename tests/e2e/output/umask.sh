#!/bin/sh
# What reeve makes is as private as its umask says, unless a mode is given: plain files, captured ones, its own log. A
# plain file is the program's: a umask of the program says what it would say in a shell.
. "${0%/*}/../lib.sh"

config <<END
supervisor { umask = "077", log = { "stderr", "$dir/own.log" } }
program "plain" { cmd = "umask; exec sleep 1000", shell = true, starttime = 0, stdout = "$dir/plain" }
program "captured" { cmd = "sleep 1000", starttime = 0, stdout = { path = "$dir/captured" } }
program "public" { cmd = "sleep 1000", starttime = 0, stdout = { path = "$dir/public", mode = "0644" } }
program "shared" { cmd = "sleep 1000", starttime = 0, umask = "007", stdout = "$dir/shared", stderr = "$dir/shared2" }
END
run_reeve
wait_state public RUNNING
wait_for 'test -s plain'

assert_equal 0077 "$(cat plain)" 'umask of the program'
assert_equal '600 600 600 644' "$(stat -c %a plain captured own.log public | tr '\n' ' ' | sed 's/ $//')"
assert_equal '660 660' "$(stat -c %a shared shared2 | tr '\n' ' ' | sed 's/ $//')" 'by the umask of the program'
