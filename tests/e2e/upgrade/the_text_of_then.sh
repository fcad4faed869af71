#!/bin/sh
# The next life evaluates the configuration that is in force, with what it included and required; never the disk.
. "${0%/*}/../lib.sh"

mkdir conf.d
echo 'return { pause = "sleep 1000" }' >words.lua
echo 'program "a" { cmd = require("words").pause, starttime = 0 }' >conf.d/a.lua
echo 'program "b" { cmd = "sleep 1000", starttime = 0 }' >conf.d/b.lua
config <<'END'
include "conf.d/*.lua"
program "web" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve
before=$(reeve status | sed 's/, uptime.*//')

echo 'this is no Lua' >supervisor.lua
rm conf.d/a.lua words.lua
echo 'program "c" { cmd = "sleep 1000", starttime = 0 }' >conf.d/c.lua
reeve upgrade >"$dir/null"
assert_equal "$before" "$(reeve status | sed 's/, uptime.*//')"
assert_status 1 reeve reload
assert_equal "$before" "$(reeve status | sed 's/, uptime.*//')"

config <<'END'
include "conf.d/*.lua"
END
expect_line 'added: c' reeve reload
wait_state c RUNNING
wait_for 'test -z "$(state web)$(state a)"'
