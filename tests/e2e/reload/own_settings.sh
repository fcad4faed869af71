#!/bin/sh
# Of reeve's own settings a reload applies what it can, and names the others; the log counts what is kept.
. "${0%/*}/../lib.sh"

write()
{
    config <<END
supervisor { log = { "stderr"$1 }$2 }
program "web" { cmd = "sleep 1000", starttime = 0 }
$(for i in $(seq 60); do echo "program \"p$i\" { cmd = 'true', autostart = false }"; done)
END
}
write '' ', umask = "022"'
run_reeve
wait_state web RUNNING

write ", \"$dir/other.log\"" ", pidfile = \"$dir/pid\", umask = \"077\", state_dir = \"$dir/state\""
reeve reload --dry-run >list
assert_equal 'next start of reeve: pidfile, umask' "$(tail -n 1 list)"
test ! -e state || fail 'a dry run made a folder'
assert_equal '["pidfile", "umask"]' "$(reeve reload --dry-run --json | json 'r["next_start"]')"
reeve reload >list
assert_equal 'next start of reeve: pidfile, umask' "$(tail -n 1 list)"
wait_for 'test -d state && test -e other.log'
test ! -e pid || fail 'a reload wrote a pid file'
grep -qx '.*reloaded: kept web, kept p1, kept p2, kept p3, kept p4, kept 56 more; next start of reeve: pidfile, umask' "$log" ||
    fail 'the log does not say it in short'

# Said once, not again; and every name is in the reply.
reeve reload >list
assert_equal 61 "$(grep -c '^kept: ' list)"
assert_equal 'kept: p60' "$(tail -n 1 list)"
assert_equal '[]' "$(reeve reload --json | json 'r["next_start"]')"

# Many that go are told by their names up to a point, too.
config <<END
program "web" { cmd = "sleep 1000", starttime = 0 }
END
reeve reload >list
assert_equal 60 "$(grep -c '^removed: ' list)"
wait_for 'grep -q "reloaded: .*, removed 10 more" "$log"'
