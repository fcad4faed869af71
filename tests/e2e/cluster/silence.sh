#!/bin/sh
# A box that cannot renew its lease stops its programs of the cluster before the lease ends, in time for their stop, and
# kills who does not obey. When etcd is back they run again, once.
. "${0%/*}/etcd.inc"

start_etcd
cat >box.lua <<END2
supervisor { name = os.getenv("BOX") }
local function ours(name, script)
  program(name) { cmd = { "sh", "-c", "$at " .. script }, scope = "cluster", stoptime = 2, starttime = 0 }
end
ours("good", "trap 'date +%s%N >$dir/asked; exit 0' TERM; while :; do sleep 0.05; done")
ours("stubborn", "trap '' TERM; echo \$\$ >$dir/stubborn; while :; do sleep 0.05; done")
program "free" { cmd = { "sh", "-c", "$at exec sleep 1000" }, starttime = 0 }
require("reeve.magistrate").follow { etcd = os.getenv("ETCD"), lease = 6 }
END2
start_box one
wait_long 'has_one good && has_one stubborn'
start_box two
wait_for 'test -n "$(get nodes/two)"'
assert_equal one "$(running good)"

freeze_etcd
frozen=$(date +%s%N)
stubborn=$(cat stubborn)
wait_for '! is_alive $stubborn'
dead=$((($(date +%s%N) - frozen) / 1000000))
asked=$((($(cat asked) - frozen) / 1000000))
echo "asked to stop after $asked ms, killed after $dead ms, of a lease of 6000"
# The last renewal was up to a second before, and is counted from when it was asked for.
test $asked -gt 1500 || fail "stopped after $asked ms already"
test $asked -lt 4000 || fail "asked to stop after $asked ms, too late for its stop"
test $dead -lt 6000 || fail "killed after $dead ms, too late"
assert_equal '' "$(running good)$(running stubborn)"
assert_equal 1 "$(running free | grep -c one)" 'what is not the cluster'"'"'s'
grep -q 'good: its lock in the cluster is not renewed' one.log || fail 'the log does not say why'
assert_status 1 on_box one start good

thaw_etcd
wait_long 'has_one good && has_one stubborn'
wait_for 'test "$(get locks/good)" = "$(running good)"'

# Its lock is taken away by hand: it is killed at once, and taken again by somebody.
before=$(cat stubborn)
delete locks/stubborn
wait_for '! is_alive $before'
wait_long 'has_one stubborn'
