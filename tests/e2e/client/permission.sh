#!/bin/sh
# The control socket is for its owner and root; another user is told so by exit status 5.
. "${0%/*}/../lib.sh"

test "$(id -u)" -eq 0 || skip "needs root to become another user"
config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve
assert_equal 600 "$(stat -c %a sock)" 'mode of the socket'

chmod 755 "$dir"
cp "$REEVE" reeve
as_nobody()
{
    timeout 30 setpriv --reuid=65534 --regid=65534 --clear-groups "$dir/reeve" status -s "$socket"
}
assert_status 5 as_nobody
expect_line '.*[Pp]ermission.*' as_nobody

# Where nobody named an address, none is wrong: reeve simply does not run.
without_address()
{
    timeout 30 setpriv --reuid=65534 --regid=65534 --clear-groups \
        env -u REEVE_SOCKET XDG_RUNTIME_DIR="$dir/none" "$dir/reeve" status "$@"
}
assert_status 5 without_address
expect_line 'reeve: not running: .*' without_address
expect_line 'reeve: wrong path: .*' without_address -s "unix:$dir/none/sock"

# That the one of root's is meant is thought of.
if unshare --mount true 2>/dev/null; then
    export REEVE="$dir/reeve" dir
    unshare --mount sh -euc '
        mount -t tmpfs none /run
        : >/run/reeve.sock
        setpriv --reuid=65534 --regid=65534 --clear-groups env -u REEVE_SOCKET XDG_RUNTIME_DIR="$dir/none" "$REEVE" status' \
        >answer 2>&1 || true
    expect_line "reeve: not running: there is no socket .*; root's is /run/reeve.sock.*" cat answer
fi
