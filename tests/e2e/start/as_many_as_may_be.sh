#!/bin/sh
# A program may come to have a hundred thousand processes, which is not taken for a hang; reeve refuses more.
. "${0%/*}/../lib.sh"

config <<'EOF'
supervisor { hang_limit = 3 }
program "many" { cmd = "sleep 1000", autostart = false }
EOF
run_reeve
sed -i 's/autostart/numprocs = 100000, autostart/' supervisor.lua
assert_status 0 reeve reload
! grep 'after a hang' "$log" || fail 'it stood still'
expect_line 'many:100000 +STOPPED .*' reeve status many:100000
assert_status 2 reeve scale many 100001
expect_line 'reeve: scale: a program has at most 100000 processes' reeve scale many +1
stop_reeve
assert_equal 0 "$reeve_status" 'exit status'
