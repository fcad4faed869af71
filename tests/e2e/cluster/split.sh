#!/bin/sh
# Three boxes in three networks. The holder's link is cut: it has ended its programs of the cluster before its lease
# ends, others run them within the lease and two seconds, and never twice; when the link is back it is a box like the
# others. A box that is killed is taken over as soon.
if [ -z "${SPLIT:-}" ]; then
    for enter in 'unshare -n' 'unshare -Urn'; do
        if $enter ip link add test type veth 2>/dev/null; then
            SPLIT=yes exec $enter "$0"
        fi
    done
fi
. "${0%/*}/etcd.inc"
test -n "${SPLIT:-}" || skip 'no network namespaces'
unset SPLIT

# etcd is here, at 10.77.N.1 for the box 10.77.N.2 in a network of its own.
number_of()
{
    case $1 in one) echo 1 ;; two) echo 2 ;; three) echo 3 ;; esac
}
etcd_for()
{
    echo "http://10.77.$(number_of "$1").1:$etcd_port"
}
enter()
{
    echo "nsenter -t $(cat "$1.net") -n"
}
make_network()
{
    here=$(readlink /proc/self/ns/net)
    unshare -n sleep 1000 &
    keeper=$!
    wait_for 'test "$(readlink "/proc/$keeper/ns/net")" != "$here"'
    echo "$keeper" >"$1.net"
    ip link add "to-$1" type veth peer name uplink netns "$keeper"
    ip addr add "10.77.$(number_of "$1").1/24" dev "to-$1"
    ip link set "to-$1" up
    $(enter "$1") sh -c "ip link set lo up; ip addr add 10.77.$(number_of "$1").2/24 dev uplink; ip link set uplink up"
}

ip link set lo up
for box in one two three; do make_network $box; done
etcd_port=$(free_port)
start_etcd --listen-client-urls "http://0.0.0.0:$etcd_port"
lease=5
cat >box.lua <<END2
supervisor { name = os.getenv("BOX") }
for i = 1, 4 do
  program("p" .. i) { cmd = { "sh", "-c", "$at date +%s%N >>starts; exec $PROGRAMS/alone $dir/lock.p" .. i .. " $dir/twice" }, scope = "cluster",
    stoptime = 1, starttime = 0 }
end
program "everywhere" { cmd = { "sh", "-c", "$at exec sleep 1000" }, starttime = 0 }
require("reeve.magistrate").follow { etcd = os.getenv("ETCD"), lease = $lease }
END2

everything_runs()
{
    for i in 1 2 3 4; do has_one p$i || return 1; done
}
runs_nothing()
{
    for i in 1 2 3 4; do
        ! running p$i | grep -qx "$1" || return 1
    done
}
not_twice()
{
    test ! -e twice || fail "twice: $(cat twice)"
}
since()
{
    echo $((($2 - $1) / 1000000))
}
# Two seconds are the promise. A machine with other work to do gets more.
assert_soon()
{
    more=$(awk -v cpus="$(nproc)" '{ printf "%d", 2000 + 2000 * $1 / cpus }' /proc/loadavg)
    test "$1" -lt $((lease * 1000 + more)) || fail "taken over only after $1 ms"
}

for box in one two three; do start_box $box; done
wait_long everything_runs
wait_long 'test "$(running everywhere | wc -l)" = 3'
not_twice

# Cut off, though nobody has died.
victim=$(running p1)
before=$(date +%s%N)
ip link set "to-$victim" down
wait_for 'runs_nothing "$victim"'
ended=$(since "$before" "$(date +%s%N)")
wait_long everything_runs
took=$(since "$before" "$(tail -n 1 starts)")
echo "cut off: ended after $ended ms, taken over after $took ms, with a lease of $lease s"
test "$ended" -lt $((lease * 1000)) || fail "ended only after $ended ms"
assert_soon "$took"
not_twice
assert_equal 3 "$(running everywhere | wc -l)" 'what is not of the cluster goes on'
assert_status 1 on_box "$victim" start p1
wait_for 'test -z "$(get nodes/$victim)"'

# Back again.
holder=$(running p1)
ip link set "to-$victim" up
wait_long 'test -n "$(get nodes/$victim)"'
assert_equal "$holder" "$(running p1)" 'who runs p1 when the link is back'
everything_runs || fail 'something has ended when the link came back'

# Killed.
before=$(date +%s%N)
kill_box "$holder"
wait_long everything_runs
took=$(since "$before" "$(tail -n 1 starts)")
echo "killed: taken over after $took ms"
assert_soon "$took"
not_twice
