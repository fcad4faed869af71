#!/bin/sh
# A program that may write the folder of its log gets nobody else's file by a symbolic link there, however reeve comes to
# open it; links of root, and links to the owner's own files, count.
. "${0%/*}/../lib.sh"

test "$(id -u)" = 0 || skip 'only root may become another user'

as_nobody()
{
    setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}

chmod 755 "$dir"
mkdir logs tree tree/real
chown 65534:65534 logs tree tree/real
echo precious >secret
chmod 600 secret
echo "TOKEN=precious" >secret.env
chmod 600 secret.env
config <<'END'
local function mine(name, settings)
  settings.cmd = settings.cmd or "sleep 1000"
  settings.user, settings.starttime, settings.startretries = "nobody", 0, 0
  program(name)(settings)
end
mine("plain", { stdout = "logs/plain" })
mine("deeper", { stdout = "tree/log/deeper" })
mine("input", { stdin = "logs/input" })
mine("environment", { env_file = "logs/env" })
mine("turned", { shell = true, cmd = "while :; do echo a line that fills half of the file; sleep 0.05; done",
  stdout = { path = "logs/turned", owner = "nobody", max_size = 100, backups = 3 } })
program "behind" {
  shell = true, cmd = "while :; do echo a line that fills half of the file; sleep 0.05; done", autostart = false,
  starttime = 0, stdout = { path = "logs/behind", max_size = 100, backups = 3 },
}
END
as_nobody sh -c 'ln -s real tree/log; touch logs/input logs/env'
run_reeve
for name in plain deeper input environment turned; do
    wait_state "$name" RUNNING
done
test -f tree/real/deeper || fail 'a link to what is its own does not count'

# A log behind such a link is made, and turns.
as_nobody ln -s ../tree/real/behind logs/behind
assert_status 0 reeve start behind
wait_for 'test -e tree/real/behind.2'

# At a start.
reeve stop plain deeper input environment >/dev/null
for name in plain input; do
    as_nobody ln -sf "$dir/secret" "logs/$name"
done
as_nobody ln -sf "$dir/secret.env" logs/env
as_nobody sh -c "rm tree/log && ln -s '$dir' tree/log"
for name in plain deeper input environment; do
    assert_status 1 reeve start "$name"
    case $output in
    *'symbolic link'*"another user's"*) ;;
    *) fail "it says: $output" ;;
    esac
done
test ! -e deeper || fail 'a file was made where the link leads'

# While it runs.
as_nobody sh -c "ln -s '$dir/secret' logs/link && mv logs/link logs/turned"
wait_for 'grep -q "symbolic link" "$log"'
assert_equal precious "$(cat secret)" 'what is in the secret'
assert_equal '0 600' "$(stat -c '%u %a' secret)" 'whose it is'
test ! -e secret.1 || fail 'it was rotated'

# Links of root count.
rm logs/plain logs/turned
ln -s "$dir/elsewhere" logs/plain
assert_status 0 reeve start plain
test -f elsewhere || fail "root's link was not followed"
