#!/bin/sh
# reconcile needs no root.
. "${0%/*}/../lib.sh"

test "$(id -u)" = 0 || skip "root becomes another one here"
chmod 755 "$dir"
mkdir "$dir/home"
chown nobody "$dir/home"
cat >home/supervisor.lua <<'END'
supervisor { state_dir = "state" }
program "d" { cmd = "sleep 1000", starttime = 0, detached = true, stdout = "discard", stderr = "stdout" }
END
cp "$REEVE" reeve
as_nobody()
{
    setpriv --reuid nobody --clear-groups "$dir/reeve" reconcile "$@" -c "$dir/home/supervisor.lua"
}
assert_equal 'd: started' "$(as_nobody start d)"
pid=$(cut -d' ' -f1 home/state/d.pid)
assert_equal nobody "$(ps -o user= -p "$pid")"
assert_equal 'd: stopped' "$(as_nobody stop d)"
if is_alive "$pid"; then
    fail "it outlived its stop"
fi
