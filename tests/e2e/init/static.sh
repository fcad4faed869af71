#!/bin/sh
# The static binary supervises in an empty root, with no library in sight.
. "${0%/*}/../lib.sh"

static=${REEVE%/*}/reeve-static
test -x "$static" || skip 'make static has not been run'
test "$(id -u)" -eq 0 || skip 'only root can change the root'
unshare --mount true 2>/dev/null || skip 'no mount namespaces here'

mkdir -p root/dev
cp "$static" root/reeve
cat >root/supervisor.lua <<'END'
supervisor { control = "unix:/sock" }
program "twin" { cmd = { "/reeve", "pid" }, oneshot = true, env = { REEVE_SOCKET = "unix:/sock" } }
program "last" { cmd = { "/reeve", "--version" }, after = { "twin" }, oneshot = true, stdout = "inherit" }
program "end" { cmd = { "/reeve", "nonsense" }, after = { "last" }, essential = true, autorestart = false, starttime = 0 }
END
touch root/dev/null
status=0
unshare --mount sh -euc '
    mount --bind /dev/null "$1/dev/null"
    exec chroot "$1" /reeve run
' sh "$dir/root" >out 2>>"$log" || status=$?
assert_equal 2 "$status" 'the status'
grep -q '^reeve ' out || fail "no version: $(cat out)"
