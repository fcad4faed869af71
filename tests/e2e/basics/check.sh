#!/bin/sh
# check prints every error as FILE:LINE: message and starts nothing.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" {
    cmd = "touch started",
    autorestrat = true,
    numprocs = "many",
}
program "web" { cmd = "sleep 1" }
program "db" { cmd = "sleep 1", stopsignal = "HOPE", after = { "nobody" } }
program "ok" { cmd = undefined_thing }
END
check()
{
    "$REEVE" check -c "$dir/supervisor.lua"
}
assert_status 1 check
expect_line '.*supervisor.lua:3: .*autorestrat.*autorestart.*' check
expect_line '.*supervisor.lua:4: .*numprocs.*' check
expect_line '.*supervisor.lua:6: .*web.*' check
expect_line '.*supervisor.lua:7: .*HOPE.*' check
expect_line '.*supervisor.lua:7: .*nobody.*' check
expect_line '.*supervisor.lua:8: .*undefined_thing.*' check
assert_status 1 timeout 30 "$REEVE" run -c "$dir/supervisor.lua" -s "$socket"
test ! -e started || fail "check started a program"

echo 'program "web" { cmd = ' >supervisor.lua
assert_status 1 check
expect_line '.*supervisor.lua:[12]: .*' check

assert_status 1 "$REEVE" check -c "$dir/nowhere.lua"

config <<'END'
program "web" { cmd = "sleep 1000" }
END
assert_status 0 check
