#!/bin/sh
# As a container's first process reeve hears its signals, buries everybody's orphans, and ends as its program did.
. "${0%/*}/../lib.sh"

if [ "$(id -u)" -eq 0 ]; then
    namespace='unshare --pid --fork --kill-child --mount-proc'
else
    namespace='unshare --user --map-root-user --pid --fork --kill-child --mount-proc'
fi
$namespace true 2>/dev/null || skip 'no pid namespaces here'

# Run in a namespace of its own, where reeve is the number 1; unshare ends with its status.
contain()
{
    # shellcheck disable=SC2086 # a command with arguments
    $namespace "$REEVE" run -c "$dir/supervisor.lua" -s "$socket" >>"$dir/out" 2>>"$log" &
    reeve_pid=$!
    wait_for 'reeve version >/dev/null 2>&1'
}

children_of()
{
    xargs -n 1 <"/proc/$1/task/$1/children"
}

assert_ends_with()
{
    status=0
    wait "$reeve_pid" || status=$?
    reeve_pid=
    assert_equal "$1" "$status" "$2"
}

zombies()
{
    for child in $(children_of "$1"); do
        sed -n 's/^\([0-9]*\) (.*) Z .*/\1/p' "/proc/$child/stat"
    done 2>/dev/null
}

config <<'END'
program "parent" { cmd = { "sh", "-c", "for i in 1 2 3; do (sleep 0.05 & echo $! >>orphans); done; exec sleep 1000" }, starttime = 0 }
END
contain
grep -q 'with pid 1:' "$log" || fail 'reeve is not the first process'
wait_for 'test "$(wc -l <orphans)" -eq 3'
init=$(children_of "$reeve_pid")
wait_for 'test "$(children_of "$init" | wc -l)" -eq 1'
assert_equal '' "$(zombies "$init")" 'zombies'
kill "$init" # from outside, as a container's engine does it
assert_ends_with 0 'the status after TERM'

config <<'END'
program "main" { cmd = { "sh", "-c", "until test -e go; do sleep 0.02; done; exit 7" }, essential = true, autorestart = false, starttime = 0 }
END
contain
touch go
assert_ends_with 7 'the status of the essential program'

rm go
sed -i 's/exit 7/kill -KILL $$/' supervisor.lua
contain
touch go
assert_ends_with 137 'the status of a killed essential program'
