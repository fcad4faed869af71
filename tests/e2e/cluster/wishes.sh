#!/bin/sh
# Who runs a program of the cluster: the keys say which boxes may; a user's stop stops it where it is.
. "${0%/*}/etcd.inc"

start_etcd
cat >box.lua <<END2
supervisor { name = os.getenv("BOX"), state_dir = os.getenv("BOX") .. ".state" }
program "single" { cmd = { "sh", "-c", "$at exec sleep 1000" }, scope = "cluster", stoptime = 1, starttime = 0 }
program "waits" { cmd = { "sh", "-c", "$at exec sleep 1000" }, scope = "cluster", stoptime = 1, starttime = 0, autostart = false }
require("reeve.magistrate").follow { etcd = os.getenv("ETCD"), lease = 4 }
END2
start_box one
wait_long 'test "$(running single)" = one'
start_box two
wait_for 'test -n "$(get nodes/two)"'
assert_equal '' "$(running waits)" 'without autostart'

# The keys move it.
put targets/one/single stopped
wait_long 'test "$(running single)" = two'
wait_for 'test "$(get locks/single)" = two'
put targets/one/single running
put targets/two/single stopped
wait_long 'test "$(running single)" = one'
put targets/two/single running
put targets/two/waits running
wait_long 'test "$(running waits)" = two'

# A user's stop does not move it, and holds over renewals.
on_box one stop single >/dev/null
until=$(($(date +%s) + 5))
wait_for 'test "$(date +%s)" -ge $until'
assert_equal '' "$(running single)"
assert_equal one "$(get locks/single)"
on_box one start single >/dev/null
assert_equal one "$(running single)"

# One that crashes is started again where it is.
first=$(on_box one pid single)
kill -KILL "$first"
wait_long 'test "$(running single)" = one && test "$(on_box one pid single)" != "$first"'

# A restart for the box that has it, and none for the other one.
first=$(on_box one pid single)
put targets/two/single forced_restart
wait_for 'test "$(get targets/two/single)" = running'
assert_equal "$first" "$(on_box one pid single)"
put targets/one/single forced_restart
wait_for 'test "$(get targets/one/single)" = running'
wait_for 'test "$(on_box one pid single)" != "$first"'

# A box that ends leaves it to the other one.
stop_box one
wait_long 'test "$(running single)" = two'
