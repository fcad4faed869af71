#!/bin/sh
# Who is not root and has no XDG_RUNTIME_DIR gets a folder of his own in /tmp, and none that somebody else could have made.
. "${0%/*}/../lib.sh"

test "$(id -u)" -eq 0 || skip 'needs root to become a user whom nobody else is'
cp "$REEVE" reeve
chmod 755 "$dir"
user=$((100000 + $$))
folder=/tmp/reeve-$user
rm -rf "$folder"
as_user() { timeout 30 env -u XDG_RUNTIME_DIR setpriv --reuid="$user" --regid="$user" --clear-groups "$dir/reeve" "$@"; }
config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0 }
END

as_user run >>"$log" 2>&1 &
wait_for 'as_user status | grep -q RUNNING'
assert_equal 700 "$(stat -c %a "$folder")" 'mode of the folder'
assert_equal 600 "$(stat -c %a "$folder/reeve.sock")" 'mode of the socket'
as_user shutdown >/dev/null
wait_for 'test ! -e $folder/reeve.sock'
rm -r "$folder"

mkdir -m 777 "$folder"
as_user run >>"$log" 2>&1 &
wait_for 'grep -q "no control port: .*is not a folder of our own" "$log"'
wait_for 'grep -q "web is running" "$log"'
test ! -e "$folder/reeve.sock" || fail 'it listens in a folder that is not its own'

# Somebody else listens there.
printf 'program "spy" { cmd = "sleep 1000" }\n' >spy.lua
chmod 644 spy.lua
setpriv --reuid=65534 --regid=65534 --clear-groups ./reeve run -c spy.lua -s "unix:$folder/reeve.sock" >>"$log" 2>&1 &
spy=$!
wait_for 'test -S $folder/reeve.sock'
chmod 666 "$folder/reeve.sock"
as_user status 2>said && fail 'a stranger was believed'
grep -q 'is user 65534, neither you nor root' said || fail "it said: $(cat said)"
as_user status -s "unix:$folder/reeve.sock" | grep -q spy || fail 'who names the address means it'
kill "$spy"
wait "$spy"
rm -r "$folder"
