#!/bin/sh
# Reeve that is to become another user and may not says whom, and who may; nothing is started.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { user = "root" }
program "web" { cmd = "sleep 1000" }
END
cp "$REEVE" reeve
chmod 755 "$dir"
if [ "$(id -u)" = 0 ]; then
    set -- setpriv --reuid nobody --clear-groups
fi
expect_line "reeve: user 'root' \(only root may become another user\): .*" "$@" "$dir/reeve" run -s "unix:$dir/nobodys"
assert_status 1 "$@" "$dir/reeve" run -s "unix:$dir/nobodys"
