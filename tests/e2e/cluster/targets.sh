#!/bin/sh
# Target states as keys in etcd: what is put there happens at once, and what is, is reported there.
. "${0%/*}/etcd.inc"

start_etcd
cat >box.lua <<'END2'
supervisor { name = os.getenv("BOX"), state_dir = os.getenv("BOX") .. ".state" }
for _, name in ipairs { "web", "mail" } do program(name) { cmd = "sleep 1000", autostart = false, starttime = 0 } end
program "own" { cmd = "sleep 1000", starttime = 0 }
require("reeve.magistrate").follow { etcd = os.getenv("ETCD"), lease = 5 }
END2
put targets/one/web running
start_box one
start_box two
wait_for 'test "$(state_on one web)" = RUNNING'
wait_for 'test "$(get status/one | json "r[\"workers\"][\"web\"][\"state\"]")" = running'
assert_equal unmonitored "$(get status/one | json 'r["workers"]["own"]["state"]')"
assert_equal STOPPED "$(state_on two web)"
wait_for 'test "$(get nodes/two | json "r[\"name\"]")" = two'

# By the watch: nobody polls for ten minutes.
put targets/one/mail running
wait_for 'test "$(state_on one mail)" = RUNNING'
put targets/one/web stopped
wait_for 'test "$(state_on one web)" = STOPPED'
delete targets/one/mail
put targets/one/web running
wait_for 'test "$(state_on one web)" = RUNNING'
assert_equal RUNNING "$(state_on one mail)" 'one that is not named any more'

# A restart, once.
first=$(on_box one pid web)
put targets/one/web forced_restart
wait_for 'test "$(get targets/one/web)" = running'
second=$(on_box one pid web)
test "$first" != "$second" || fail 'not restarted'

# A user's word holds until the key says something else.
on_box one stop web >/dev/null
on_box one refresh >/dev/null
put targets/one/own running
wait_for 'test "$(get status/one | json "r[\"workers\"][\"own\"][\"target_state\"]")" = running'
assert_equal STOPPED "$(state_on one web)"
put targets/one/web stopped
put targets/one/web running
wait_for 'test "$(state_on one web)" = RUNNING'

# etcd goes and comes back, having forgotten the watch's revision too.
web=$(on_box one pid web)
stop_etcd
wait_for 'grep -q "is not renewed" one.log'
assert_equal "$web" "$(on_box one pid web)" 'while etcd is gone'
start_etcd
put targets/one/web stopped
wait_for 'test "$(state_on one web)" = STOPPED'
wait_long 'grep -q "the lease is renewed again" one.log'

# One that is killed is no node any more.
kill_box two
wait_long 'test -z "$(get nodes/two)"'
get nodes/one | grep -q one || fail 'the other one is gone too'
