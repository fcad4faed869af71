#!/bin/sh
# A process that the kernel kills for want of memory is told from one that somebody killed.
. "${0%/*}/../lib.sh"

# A control group of our own, with 24 MB: of the newer hierarchy, or of the older one.
for parent in /sys/fs/cgroup /sys/fs/cgroup/unified; do
    if grep -qsw memory "$parent/cgroup.subtree_control"; then
        group=$parent/reeve-test-$$ limit=memory.max
        break
    fi
done
if [ -z "${group:-}" ] && [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]; then
    group=/sys/fs/cgroup/memory/reeve-test-$$ limit=memory.limit_in_bytes
fi
mkdir "${group:-/nonexistent}" 2>/dev/null || skip 'no control group with a limit of memory can be made'
trap 'clean_up_group' EXIT
clean_up_group()
{
    status=$?
    stop_reeve KILL || true
    while read -r pid; do
        echo "$pid" >"${group%/*}/cgroup.procs"
    done <"$group/cgroup.procs"
    rmdir "$group" || true
    (exit "$status")
    clean_up
}
echo $((24 * 1024 * 1024)) >"$group/$limit" 2>/dev/null || skip 'no limit can be set'
if [ -e "$group/memory.swap.max" ]; then
    echo 0 >"$group/memory.swap.max"
fi

config <<'END'
local function tell(p, exit) reeve.log("notice", "%s: %s, %s", p.name, exit.reason, exit.oom) end
program "hog" {
  cmd = { "python3", "-c", "x = []\nwhile True: x.append(bytearray(1 << 20))" },
  starttime = 0, autorestart = false, on_exit = tell,
}
program "victim" { cmd = "kill -KILL $$", shell = true, starttime = 0, autorestart = false, on_exit = tell }
END
cat >inside <<END
echo \$\$ >"$group/cgroup.procs"
exec "$REEVE" run -c "$dir/supervisor.lua" -s "$socket"
END
sh inside >>out 2>>log &
reeve_pid=$!
wait_for 'grep -q "hog: killed by SIG" log'
grep -q 'hog: killed by SIGKILL (out of memory), true' log || fail 'the hog was killed by somebody else'
wait_for 'grep -q "victim: killed by SIGKILL, false" log'
expect_line 'last end: killed by SIGKILL \(out of memory\) after .*' reeve why hog
