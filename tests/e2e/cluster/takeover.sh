#!/bin/sh
# Of three boxes, each with an address of its own, one runs each program of the cluster. One is killed: its programs run
# elsewhere within the lease and two seconds, and never twice.
. "${0%/*}/etcd.inc"

# Box N is 127.0.0.N: there is its control port, and there listen its programs, each at a port of its own.
control_port=$(free_port 0.0.0.0)
ports=$(for i in 1 2 3 4 5 6; do free_port 0.0.0.0; done | tr '\n' ' ')
ip_of()
{
    case $1 in one) echo 127.0.0.1 ;; two) echo 127.0.0.2 ;; three) echo 127.0.0.3 ;; esac
}
address_of()
{
    echo "tcp:$(ip_of "$1"):$control_port"
}
enter()
{
    echo "env IP=$(ip_of "$1")"
}

start_etcd
lease=4
cat >box.lua <<END2
supervisor { name = os.getenv("BOX"), open = true }
local i = 0
for port in ("$ports"):gmatch("%d+") do
  i = i + 1
  local alone = ("exec $PROGRAMS/alone $dir/lock.p%d $dir/twice %s %s"):format(i, os.getenv("IP"), port)
  program("p" .. i) { cmd = { "sh", "-c", "$at date +%s%N >>starts; " .. alone }, scope = "cluster", stoptime = 1,
    starttime = 0 }
end
program "everywhere" { cmd = { "sh", "-c", "$at exec sleep 1000" }, starttime = 0 }
require("reeve.magistrate").follow { etcd = os.getenv("ETCD"), lease = $lease }
END2

# "alone" cries if another one holds its file.
everything_runs()
{
    for i in 1 2 3 4 5 6; do has_one p$i || return 1; done
}
# What a killed box had dies with it, but not in the same moment.
nothing_runs_on()
{
    for i in 1 2 3 4 5 6; do
        ! running p$i | grep -qx "$1" || return 1
    done
}
# The boxes at whose address somebody answers for program N.
answering()
{
    its_port=$(echo "$ports" | cut -d ' ' -f "$1")
    for box in one two three; do
        if nc -z "$(ip_of $box)" "$its_port"; then echo $box; fi
    done
}
not_twice()
{
    test ! -e twice || fail "twice: $(cat twice)"
}

for box in one two three; do start_box $box; done
wait_long everything_runs
not_twice
wait_for 'test "$(running everywhere | tr "\n" " ")" = "one three two "'
for i in 1 2 3 4 5 6; do
    assert_equal "$(running p$i)" "$(get locks/p$i)" "who holds the lock of p$i"
    wait_for 'test "$(answering $i)" = "$(running p$i)"'
done

# Elsewhere it cannot be started, and says why.
elsewhere=one
test "$(running p1)" != one || elsewhere=two
assert_status 1 on_box $elsewhere start p1
echo "$output" | grep -q 'its lock in the cluster is not ours' || fail "$output"

# Killed: the rest takes over.
victim=$(running p1)
before=$(date +%s%N)
kill_box "$victim"
wait_for 'nothing_runs_on "$victim"'
wait_long everything_runs
took=$((($(tail -n 1 starts) - before) / 1000000))
echo "all taken over $took ms after the kill, with a lease of $lease s"
# Two seconds are the promise. A machine with other work to do gets more.
more=$(awk -v cpus="$(nproc)" '{ printf "%d", 2000 + 2000 * $1 / cpus }' /proc/loadavg)
test $took -lt $((lease * 1000 + more)) || fail "taken over only after $took ms"
not_twice
for i in 1 2 3 4 5 6; do
    wait_for 'test "$(answering $i)" = "$(running p$i)"'
done
start_box "$victim"

# All of them are on the box that is left.
kill_box two
kill_box three
wait_for 'nothing_runs_on two && nothing_runs_on three'
wait_long everything_runs
not_twice
assert_equal one "$(for i in 1 2 3 4 5 6; do running p$i; done | sort -u)"

# A reload keeps the locks and the programs.
first=$(on_box one pid p1)
echo '-- new' >>box.lua
on_box one reload >/dev/null
wait_for 'test -n "$(get locks/p1)"'
until=$(($(date +%s) + lease + 1))
wait_for 'test "$(date +%s)" -ge $until'
assert_equal "$first" "$(on_box one pid p1)" 'after a reload and a lease'
not_twice
