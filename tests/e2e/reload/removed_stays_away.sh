#!/bin/sh
# A process that a reload or a scale takes away does not come back, though its hooks start it as often as it stops.
. "${0%/*}/../lib.sh"

configure()
{
    config <<END_OF_IT
program "stays" { cmd = "sleep 1000", starttime = 0 }
$1
END_OF_IT
}
hooked='cmd = "sleep 1000", starttime = 0, on_exit = function(p) p:start() end, on_stop = function(p) p:restart() end'
hooked="$hooked, before_stop = function(p) p:restart() end"
count_children()
{
    ps -o pid= --ppid "$reeve_pid" | wc -l
}
configure "program 'hooked' { $hooked, numprocs = 2 }"
run_reeve
wait_state hooked:2 RUNNING
reeve scale hooked 1 >>"$dir/out"
wait_for 'test "$(count_children)" -eq 2'
wait_for "grep -q 'hooked:2 is not started: it was removed or scaled away' '$log'"
configure ''
reeve reload >>"$dir/out"
wait_for 'test "$(count_children)" -eq 1'
configure "program 'hooked' { $hooked }"
reeve reload >>"$dir/out"
wait_state hooked RUNNING
assert_equal 2 "$(count_children)" "the children"
