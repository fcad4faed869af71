#!/bin/sh
# A log file that was moved away stays open until it is reopened, and what a slow reader has not taken yet is not lost.
. "${0%/*}/../lib.sh"

mkfifo said slow
exec 3<>said 4<>slow
config <<'END'
program "web" { cmd = "exec cat <said", shell = true, starttime = 0, stdout = { path = "web.log" } }
program "writer" { cmd = "seq 1 50000", starttime = 0, autorestart = "never", stdout = { path = "slow" } }
END
run_reeve
echo one >&3
wait_for 'grep -q one web.log'
mv web.log old.log
for _ in 1 2; do
    reeve upgrade >"$dir/null"
done
echo two >&3
wait_for 'grep -q two old.log'
test ! -e web.log || fail "another file has its name"
reeve reopen >"$dir/null"
echo three >&3
wait_for 'grep -q three web.log'

cat slow >got &
reader=$!
wait_for 'grep -qx 50000 got'
kill "$reader"
seq 1 50000 | cmp - got || fail "other lines than those that were written"
