#!/bin/sh
# Over five upgrades while a child writes 100,000 lines in each second, each line arrives once, in order, and the child
# keeps its pace: half of it on a machine that has other things to do, all of it with STRICT=1.
. "${0%/*}/../lib.sh"

config <<END
program "clock" {
  cmd = { "$PROGRAMS/metronome", "100000", "700000", "report" }, starttime = 0,
  stdout = { path = "clock.log", max_size = "1GB" },
}
END
run_reeve
child=$(pid_of clock)
for i in 1 2 3 4 5; do
    wait_for "test \$(count_lines clock.log) -gt $((i * 100000))"
    expect_line 'upgraded.*' reeve upgrade
done
test "$(count_lines clock.log)" -lt 700000 || is_sanitized || fail 'the upgrades came too late'
wait_for 'test -s report'
wait_for 'test "$(count_lines clock.log)" -ge 700000'
assert_equal "$child" "$(pid_of clock)" 'the child'
awk '$0 != "line " NR " of many" { print "line " NR " is: " $0; exit 1 }' clock.log || fail 'lines are not the same'
assert_equal 700000 "$(count_lines clock.log)" 'lines'
cat report
rate=$(awk '{ print int($1) }' report)
is_sanitized || test "$rate" -ge $((50000 + ${STRICT:-0} * 49000)) || fail "too slow: $(cat report)"
