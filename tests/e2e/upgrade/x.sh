#!/bin/sh
. "${0%/*}/../lib.sh"
config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0, numprocs = 2 }
program "say" { cmd = "/bin/sh -c 'i=0; while :; do i=$((i+1)); echo line $i; sleep 0.01; done'", stdout = { path = "say.log" } }
END
run_reeve
wait_state say RUNNING
a=$(pid_of web:1); b=$(pid_of say)
reeve status
reeve upgrade || true
reeve status
reeve tail say
reeve upgrade || true
reeve status
kill -SEGV $reeve_pid
reeve status
cat $log
assert_equal "$a" "$(pid_of web:1)"
