#!/bin/sh
# Over five upgrades, what a child writes as fast as it can arrives once, in order, and whole.
. "${0%/*}/../lib.sh"

config <<'END'
program "flood" {
  cmd = "seq -f 'line %.0f of many, and none of them may be missing' 1 600000; sleep 1000", shell = true, starttime = 0,
  stdout = { path = "plain.log", max_size = "1GB" },
}
program "marked" {
  cmd = "seq 1 100000; sleep 1000", shell = true, starttime = 0,
  stdout = { path = "marked.log", max_size = "1GB", prefix = true },
}
END
run_reeve
for i in 1 2 3 4 5; do
    wait_for "test \$(count_lines plain.log) -gt $((i * 10000))"
    expect_line 'upgraded.*' reeve upgrade
done
wait_for 'test "$(count_lines plain.log)" -ge 600000 && test "$(count_lines marked.log)" -ge 100000'
seq -f 'line %.0f of many, and none of them may be missing' 1 600000 | cmp - plain.log || fail "lines are not the same"
seq -f 'marked | %.0f' 1 100000 | cmp - marked.log || fail "marked lines are not the same"
