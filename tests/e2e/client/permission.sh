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
