#!/bin/sh
# Functions follow their list while jobs run: none of these is disturbed, and without a list the old one holds.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"

waiter()
{
    executor "$1" <<END
echo \$2 >>"\$FOLDER/begun"
until test -e "\$FOLDER/\$2"; do sleep 0.02; done
echo '{"type":"complete","by":"$1"}'
END
}
waiter old
waiter new
with_interval()
{
    config <<END
supervisor { log_level = "info" }
require("reeve.gearman").supervise {
    servers = { "127.0.0.1:$port" }, env = { FOLDER = "$dir" }, reload_interval = $1,
    functions = function()
        reeve.sleep(0.01)
        local file = io.open("$dir/list")
        if not file then return nil, "there is no list yet" end
        return assert(reeve.json.decode(file:read("a")))
    end,
}
END
}
list()
{
    printf '[%s]' "$*" >list.new
    mv list.new list
}
begun()
{
    grep -qx "$1" begun 2>/dev/null
}
with_interval false
start_gearmand
run_reeve
wait_for 'reeve status | grep -q "^gearman *BACKOFF *no list of functions: there is no list yet"'
assert_equal 1 "$(grep -c 'no list of functions: there is no list yet; nothing is done yet' log)" complaints

# It is tried again by itself.
list "{\"name\":\"a\",\"executor\":\"$dir/old\"}"
wait_worker a
submit a -u j1 </dev/null >out1 &
wait_for 'begun j1'

# Another executor, more slots, one more function: the job that runs keeps its executor.
list "{\"name\":\"a\",\"executor\":\"$dir/new\",\"concurrency\":2},{\"name\":\"b\",\"executor\":\"$dir/old\"}," \
    "{\"name\":\"b\",\"executor\":\"$dir/new\"},{\"name\":\"c\",\"executor\":\"bin/c\"}"
reeve refresh
wait_worker b
grep -q "function 3 'b': this name stands there twice, the first one holds" log || fail "no word about the second b"
grep -q "function 4 'c': 'executor' must be an absolute path" log || fail "no word about c"
submit a -u j2 </dev/null >out2 &
wait_for 'begun j2'
expect_line 'gearman:a +RUNNING +2/2 jobs, 0 done, 0 failed' reeve status
touch j1 j2
wait_for 'test -s out1 -a -s out2'
assert_equal '{"by":"old"} {"by":"new"}' "$(cat out1) $(cat out2)"

# Fewer slots hold from the next job on; a function that is gone leaves when its jobs have reported.
submit a -u j3 </dev/null >out3 &
wait_for 'begun j3'
submit a -u j4 </dev/null >out4 &
wait_for 'begun j4'
list "{\"name\":\"a\",\"executor\":\"$dir/new\",\"concurrency\":1,\"timeout\":77}"
kill -USR2 "$reeve_pid"
wait_for 'reeve status | grep -q "a  *RUNNING  *2/1 jobs" && ! reeve status | grep -q gearman:b'
assert_equal 77 "$(reeve status --json | json 'r["functions"][0]["timeout"]')"
submit a -u j5 -b </dev/null
touch j3
wait_for 'test -s out3 && reeve status | grep -q 1/1'
begun j5 && fail "a job was begun without a slot"
list
reeve refresh
wait_state gearman:a STOPPING
touch j4 j5
wait_for 'test -s out4 && ! reeve status | grep -q gearman:a'
assert_equal '{"by":"new"}' "$(cat out4)"
wait_for 'functions | grep -qx "a.1.0.0"'

# No list, or one that is no list: what there is goes on.
list "{\"name\":\"a\",\"executor\":\"$dir/new\"}"
reeve refresh
wait_for 'begun j5 && reeve status | grep -q "a  *RUNNING  *0/1 jobs, 1 done"'
echo '[' >list
reeve refresh
wait_for 'grep -q "no list of functions: .*; the old one holds" log'
reeve status | grep -q 'gearman:a *RUNNING' || fail "the old list does not hold"
echo '{"[99999999]":null}' >list # named like an element
reeve refresh
wait_for 'grep -q "no list of functions: .* its table has names; the old one holds" log'
reeve status | grep -q 'gearman:a *RUNNING' || fail "the old list does not hold"

# By itself, in an interval that came with a reload.
list "{\"name\":\"a\",\"executor\":\"$dir/new\"}"
with_interval 0.1
reeve reload >reloaded
wait_worker a
list "{\"name\":\"a\",\"executor\":\"$dir/new\",\"concurrency\":7}"
wait_for 'reeve status | grep -q 0/7'
