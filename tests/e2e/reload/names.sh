#!/bin/sh
# A process that gets brothers gets another name, "web:1" for "web". Settings that are worked out from the name were right
# when it was started: it is not restarted for them, by no later reload and in no next life.
. "${0%/*}/../lib.sh"

write()
{
    config <<END
program "web" {
    cmd = "echo hello; exec sleep 1000", shell = true, starttime = 0, numprocs = $1,
    stdout = function(process) return { path = "$dir/" .. process.name .. ".$2" } end,
}
END
}
write 1 log
run_reeve
wait_state web RUNNING
first=$(pid_of web)

write 2 log
assert_status 0 reeve reload --wait
wait_state web:2 RUNNING
second=$(pid_of web:2)
assert_status 0 reeve reload --wait
assert_equal "$first $second" "$(pid_of web:1) $(pid_of web:2)" 'pids after a reload of the same'

assert_status 0 reeve upgrade
wait_for 'is_answering'
assert_status 0 reeve reload --wait
assert_equal "$first $second" "$(pid_of web:1) $(pid_of web:2)" 'pids after an upgrade and a reload'
assert_equal hello "$(reeve tail web:1)" 'what it wrote under its first name'

assert_status 0 reeve scale web 1
assert_status 0 reeve reload --wait
assert_equal "$first" "$(pid_of web)" 'pid of the one that is alone again'

# What the function says is compared, though.
write 1 txt
assert_equal 'changed: web (numprocs, stdout; restart)' "$(reeve reload --dry-run)" 'the list'
assert_equal "$first" "$(pid_of web)" 'pid after a dry run'
assert_status 0 reeve reload --wait
wait_for 'test "$(pid_of web)" != "$first" && test -s web.txt'
