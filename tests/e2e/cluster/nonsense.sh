#!/bin/sh
# What answers at etcd's address may be something else: the log says so, once, and the box goes on.
. "${0%/*}/../lib.sh"

test -e "${REEVE%/*}/modules/curl.so" || skip 'no module curl'
mkfifo keep
"$root/tests/programs/etcdd.py" "$dir" <keep >port &
exec 3>keep
wait_for '[ -s port ]'

config <<END2
require("reeve.magistrate").follow { etcd = "http://127.0.0.1:$(cat port)", lease = 3, timeout = 2 }
program "ours" { cmd = "sleep 1000", scope = "cluster", stoptime = 0.5, starttime = 0 }
program "free" { cmd = "sleep 1000", starttime = 0 }
END2

asked()
{
    grep -cx "$1" asked || true
}

# answer PATH ANSWER LINE: the log has that line, once, though the answer comes again and again.
answer()
{
    path=$1 line=$3
    : >asked
    : >"$log"
    printf '%s\n%s\n' "$path" "$2" >answer
    run_reeve
    wait_for 'grep -q "$line" "$log"'
    wait_for 'test "$(asked "$path")" -ge 4'
    assert_equal 1 "$(grep -c "$line" "$log")" "$path $2"
    assert_equal RUNNING "$(state free)"
    ! grep -q traceback "$log" || fail "$path $2: an error of ours"
    stop_reeve
}

nonsense="its answer is not one of etcd's"
run_reeve
wait_state ours RUNNING
stop_reeve
answer kv/range '{"header":{"revision":"5"},"kvs":[5]}' "no answer from .*: $nonsense: {\"head"
answer kv/range '{"header":{"revision":"5"},"kvs":[{"key":5}]}' "the locks cannot be read: $nonsense: {\"head"
answer kv/txn '[1]' "ours: its lock cannot be taken: $nonsense: \[1\]"
answer kv/txn '{"header":5,"succeeded":true}' "ours: its lock cannot be taken: $nonsense: {\"head"
answer kv/put '5' "this box cannot be registered: $nonsense: 5"
answer lease/grant '{"ID":"77","TTL":"many"}' "is not renewed: $nonsense: {\"ID"
answer lease/keepalive '{"result":5}' "is not renewed: $nonsense: {\"result"
# Not the end of the lease.
answer lease/keepalive '{"error":{"code":14,"message":"etcdserver: no leader"}}' 'is not renewed: etcdserver: no leader'

# Of a watch nobody hears any more: it is closed.
: >closed
answer watch '{"result":{"events":[{"kv":{"key":5}}]}}' 'free started'
wait_for 'test "$(count_lines closed)" -ge 3'
