#!/bin/sh
# Jobs run as the user that was named, in a folder of his, which goes with the job whatever he left in it.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"
test "$(id -u)" -eq 0 || skip "only root can be somebody else"

executor litters <<'END'
mkdir -p a/b/c .hidden
touch a/file .hidden/file
ln -s / root
ln -s "$FOLDER/precious" precious
chmod 000 a/b
chmod 500 a
printf '{"type":"complete","user":"%s","group":"%s","owner":"%s"}\n' "$(id -un)" "$(id -gn)" "$(stat -c %U .)"
END
chmod 755 "$dir"
mkdir work precious
touch precious/kept
group=$(id -gn nobody)
config <<END
require("reeve.gearman").supervise {
    servers = { "127.0.0.1:$port" }, user = "nobody", workdir = "$dir/work", env = { FOLDER = "$dir" },
    functions = { { name = "f", executor = "$dir/litters" } },
}
END
start_gearmand
run_reeve
wait_worker f
assert_equal "{\"user\":\"nobody\",\"group\":\"$group\",\"owner\":\"nobody\"}" "$(submit f </dev/null)"
wait_for 'test -z "$(ls -A work)"'
test -e precious/kept || fail "a link was followed"
