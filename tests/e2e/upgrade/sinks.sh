#!/bin/sh
# A log file that was moved away stays open until it is reopened, what a slow reader has not taken yet is not lost, and a
# line that was begun is ended once.
. "${0%/*}/../lib.sh"

mkfifo said said.too slow
exec 3<>said 4<>slow 5<>said.too
config <<'END'
program "web" { cmd = "exec cat <said", shell = true, starttime = 0, stdout = { path = "web.log" } }
program "writer" { cmd = "seq 1 50000", starttime = 0, autorestart = "never", stdout = { path = "slow" } }
program "dressed" {
    cmd = { "sh", "-c", "printf half; read -r line <said.too; echo whole; printf end; exec <said.too; read -r line" },
    starttime = 0, stdout = { path = "dressed.log", prefix = true },
}
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

# Each part of it, and again in the next run.
wait_for 'test "$(reeve tail dressed)" = half'
reeve upgrade >"$dir/null"
echo go >&5
wait_for 'grep -qx "dressed | halfwhole" dressed.log && test "$(reeve tail -n 1 dressed)" = end'
reeve upgrade >"$dir/null"
reeve restart dressed >"$dir/null"
wait_for 'test "$(reeve tail -n 1 dressed)" = half'
reeve upgrade >"$dir/null"
echo go >&5
wait_for 'test "$(count_lines dressed.log)" = 3'
printf 'dressed | %s\n' halfwhole end halfwhole | cmp - dressed.log || fail "$(cat dressed.log)"

cat slow >got &
reader=$!
wait_for 'grep -qx 50000 got'
kill "$reader"
seq 1 50000 | cmp - got || fail "other lines than those that were written"
