#!/bin/sh
# A foreign configuration is converted anew at a reload; a mistake in it leaves the old plan running.
. "${0%/*}/../lib.sh"

printf 'programs:\n  web: {cmd: sleep 1000, starttime: 0}\n' >conf.yaml
run_reeve -c "$dir/conf.yaml"
wait_state web RUNNING
pid=$(pid_of web)

printf '  db: {cmd: sleep 1000, starttime: 0}\n' >>conf.yaml
reeve reload
wait_state db RUNNING
assert_equal "$pid" "$(pid_of web)" 'pid of what did not change'

printf '  db: {cmd: sleep 2000}\n' >>conf.yaml
assert_status 1 reeve reload
expect_line ".*conf.yaml:4: 'db' is here twice.*" reeve reload
assert_equal "$pid" "$(pid_of web)" 'pid after a refused reload'
