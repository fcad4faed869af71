#!/bin/sh
# With kill_group = false what a process leaves behind lives on, even if it keeps the output open for longer than the
# stop may take.
. "${0%/*}/../lib.sh"

config <<'END'
program "parent" {
    cmd = "sleep 1000 & echo $! > child.tmp; mv child.tmp child; exec sleep 1001",
    shell = true, starttime = 0, stop_to = "process", stoptime = "100ms", kill_group = false,
}
END
run_reeve
wait_for 'test -e child'
child=$(cat child)

assert_status 0 reeve stop parent
assert_equal STOPPED "$(state parent)"
is_alive "$child" || fail 'its child was killed too'
kill "$child"
