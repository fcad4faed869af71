#!/bin/sh
# On a read-only root, without /run, as a user whom nobody knows, programs are supervised all the same.
. "${0%/*}/../lib.sh"

test "$(id -u)" -eq 0 || skip 'only root can remount'
unshare --mount true 2>/dev/null || skip 'no mount namespaces here'

config <<'END'
program "main" {
    cmd = { "sh", "-c", "id -u; touch /run/x 2>/dev/null || echo read-only; exit 3" },
    stdout = "inherit", essential = true, autorestart = false, starttime = 0,
}
END
chmod 755 "$dir"
mkdir root
status=0
unshare --mount sh -euc '
    mount --bind / "$1"
    mount -o remount,ro,bind "$1"
    mount --rbind /dev "$1/dev"
    mount --rbind /proc "$1/proc"
    exec env -u HOME -u XDG_RUNTIME_DIR chroot --userspec=54321:54321 --groups= "$1" "$2" run -c "$3"
' sh "$dir/root" "$REEVE" "$dir/supervisor.lua" >out 2>>"$log" || status=$?
assert_equal 3 "$status" 'the status'
assert_equal '54321 read-only' "$(paste -sd ' ' out)" 'what the program said'
grep -q 'warning no control port' "$log" || fail 'no word about the control port'
