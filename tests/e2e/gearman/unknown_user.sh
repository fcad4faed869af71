#!/bin/sh
# An executor whose user cannot be looked up is not run at all, least of all as root: neither asked what it can do nor
# given a job.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"
test "$(id -u)" -eq 0 || skip "only root can be somebody else"

cat >tells <<'END'
#!/bin/sh
echo "$(id -u) $1" >>"$FOLDER/ran"
test "$1" != --caps || { echo '{"caps":["single"]}'; exit; }
echo '{"type":"complete"}'
END
chmod 755 "$dir" tells
touch ran
chmod 666 ran
supervise()
{
    cat <<END
require("reeve.gearman").supervise {
    servers = { "127.0.0.1:$port" }, env = { FOLDER = "$dir" }, $1,
    functions = { { name = "$2", executor = "$dir/tells" } },
}
END
}
# A user who is gone in a next life of reeve. The function is still known, so a job of it is refused.
export USERS="$dir/users"
mkdir users
chmod 755 users
echo 3999999 >users/known
{
    supervise 'user = "ghost"' f
    supervise 'user = "root"' g
} | config
start_gearmand
export LD_PRELOAD="$PROGRAMS/users.so"
run_reeve
unset LD_PRELOAD
wait_worker f
wait_worker g
submit f </dev/null
grep -qx '3999999 f' ran || fail "$(cat ran)"

: >ran
rm users/known
reeve upgrade >>out
wait_for 'reeve status | grep -q "BACKOFF.*there is no user .ghost."'
submit f </dev/null >/dev/null 2>&1 && fail "a job of f was done: $(cat ran)"

# Nor is it asked the next time; of those that are, g comes after it.
wait_for 'grep -q caps ran'
: >ran
reeve refresh
wait_for 'grep -q caps ran'
submit g </dev/null
assert_equal "0 --caps 0 g" "$(paste -sd ' ' ran)"

# Somebody who is unknown, or has no group, is found when the file is read.
supervise 'user = "3999999"' f | config
! reeve reload >said 2>&1 || fail "somebody without a group"
grep -q "gearman: 'user': user '3999999' has no entry in the user database and so no group: name one" said || fail "$(cat said)"
supervise 'user = "3999999", group = "nobody_is_called_so"' f | config
! reeve reload >said 2>&1 || fail "a group that is unknown"
grep -q "gearman: 'group': there is no group 'nobody_is_called_so'" said || fail "$(cat said)"

# It is mended by a group.
: >ran
supervise 'user = "3999999", group = "3888888"' f | config
reeve reload >>out
wait_for 'grep -q caps ran'
submit f </dev/null
assert_equal "3999999 --caps 3999999 f" "$(paste -sd ' ' ran)"
