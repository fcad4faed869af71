#!/bin/sh
# Who follows something is told each line once, over upgrades and a crash: what a program writes, wherever that goes, and
# what reeve says, also of its new life.
. "${0%/*}/../lib.sh"

config <<'EOF'
local count = "i=0; while :; do i=$((i + 1)); echo $i; sleep 0.02; done"
program "plain" { cmd = count, shell = true, starttime = 0, stdout = "plain.log" }
program "kept" { cmd = count, shell = true, starttime = 0 }
program "slow" { cmd = "while :; do printf half; sleep 0.1; echo whole; done", shell = true, starttime = 0,
  on_line = function(p, line) reeve.log("notice", "heard %s", line) end }
EOF
run_reeve
wait_state plain RUNNING
wait_for 'test "$(reeve tail kept | tail -n 1)" -gt 10 && test "$(count_lines plain.log)" -gt 10'

follow()
{
    told=$1
    shift
    : >"$told"
    timeout 60 "$REEVE" "$@" -s "$socket" >"$told" &
    followers="${followers:-} $!"
}
follow told.plain tail -f -n 1 plain
follow told.kept tail -f -n 1 kept
follow told.attached attach kept
follow told.slow tail -f -n 1 slow
follow told.log log -f -n 1
follow told.events events -f -n 1
wait_for 'test -s told.plain && test -s told.kept && test -s told.attached && test -s told.log && test -s told.events'

# Until all of them were told something in this life.
news()
{
    for name in plain kept attached; do
        more=$(($(count_lines "told.$name") + 10))
        wait_for 'test "$(count_lines "told.$name")" -ge "$more"'
    done
}
news
reeve scale kept 2 >/dev/null # another one, who is not followed
for i in 1 2 3; do
    wait_for 'test "$(reeve tail -n 1 slow)" = half'
    expect_line 'upgraded.*' reeve upgrade
    news
done
kill -SEGV "$reeve_pid"
wait_for 'grep -q "goes on after a crash" told.log'
news
# shellcheck disable=SC2086 # a list
kill $followers

for name in plain kept attached; do
    awk 'NR > 1 && $1 != last + 1 { print "line " $1 " came behind " last; bad = 1 } { last = $1 } END { exit bad }' \
        "told.$name" >wrong || fail "$name: $(cat wrong)"
done
assert_equal 3 "$(grep -c 'goes on after an upgrade' told.log)" 'what the log told of upgrades'
assert_equal 'heard halfwhole' "$(grep -o 'heard .*' "$log" | sort -u)" 'lines that a hook heard'
assert_equal halfwhole "$(sed -n '3,$p' told.slow | sort -u)" 'lines that were begun before an upgrade'
