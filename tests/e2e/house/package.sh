#!/bin/sh
# The Debian package has what it needs, where Debian looks for it, and its reeve supervises.
. "${0%/*}/../lib.sh"

set -- "${REEVE%/*}"/reeve_*.deb
test -e "$1" || skip 'make deb has not been run'
dpkg-deb -x "$1" root
for file in bin/reeve lib/reeve/modules/curl.so share/man/man1/reeve.1.gz share/reeve/lua/reeve/meta/config.lua \
    share/bash-completion/completions/reeve share/doc/reeve/changelog.gz; do
    test -e "root/usr/$file" || fail "no $file"
done
grep -q '^ExecStart=/usr/bin/reeve ' root/lib/systemd/system/reeve.service root/usr/lib/systemd/system/reeve.service \
    2>/dev/null || fail 'no unit that starts it'
dpkg-deb -f "$1" Depends | grep -q liblua5.4 || fail 'Lua is no dependency'
dpkg-deb -f "$1" Recommends | grep -q libcurl || fail 'libcurl is not recommended'

REEVE=$dir/root/usr/bin/reeve
config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve
wait_state web RUNNING
