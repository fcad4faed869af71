#!/bin/sh
# Unknown names and cycles are refused, all of them, each with its place, also at a reload.
. "${0%/*}/../lib.sh"

config <<'END'
program "a" { cmd = "sleep 1000", after = "b" }
program "b" { cmd = "sleep 1000",
  requires = "c" }
program "c" { cmd = "sleep 1000", after = { "a", "bb" } }
program "d" { cmd = "sleep 1000", requires = "d" }
END
assert_status 1 "$REEVE" check -c supervisor.lua
expect_line ".*supervisor.lua:1: program 'a' waits for itself: a -> b -> c -> a" "$REEVE" check -c supervisor.lua
expect_line ".*supervisor.lua:4: program 'c': 'after': there is no program 'bb', did you mean 'b'\?" \
    "$REEVE" check -c supervisor.lua
expect_line ".*supervisor.lua:5: program 'd': 'requires' names the program itself" "$REEVE" check -c supervisor.lua

cp supervisor.lua bad.lua
config <<'END'
program "a" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve
wait_state a RUNNING
first=$(pid_of a)
cp bad.lua supervisor.lua
assert_status 1 reeve reload
expect_line '.*a -> b -> c -> a' reeve reload
assert_equal "$first" "$(pid_of a)"
