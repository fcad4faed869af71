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
{
    supervise 'user = "nobody"' f
    supervise 'user = "root"' g
} | config
start_gearmand
run_reeve
wait_worker f
wait_worker g

# A number without an entry has no group. The function is still known, so a job of it is refused.
: >ran
{
    supervise 'user = "3999999"' f
    supervise 'user = "root"' g
} | config
reeve reload
wait_for 'reeve status | grep -q "BACKOFF.*no entry in the user database"'
submit f </dev/null >/dev/null 2>&1 && fail "a job of f was done: $(cat ran)"

# Nor is it asked the next time; of those that are, g comes after it.
wait_for 'grep -q caps ran'
: >ran
reeve refresh
wait_for 'grep -q caps ran'
submit g </dev/null
assert_equal "0 --caps 0 g" "$(paste -sd ' ' ran)"

# It is mended by a group.
: >ran
supervise 'user = "3999999", group = "3888888"' f | config
reeve reload
wait_for 'grep -q caps ran'
submit f </dev/null
assert_equal "3999999 --caps 3999999 f" "$(paste -sd ' ' ran)"
