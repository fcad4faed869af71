#!/bin/sh
# The next life evaluates the configuration that is in force, with what it included, required and read; never the disk.
. "${0%/*}/../lib.sh"

mkdir conf.d
echo 'return { pause = "sleep 1000" }' >words.lua
echo 'program "a" { cmd = require("words").pause, starttime = 0 }' >conf.d/a.lua
echo 'program "b" { cmd = "sleep 1000", starttime = 0 }' >conf.d/b.lua
config <<'END'
include "conf.d/*.lua"
program "web" { cmd = "sleep 1000", starttime = 0 }
program "pool" { cmd = "sleep 1000", starttime = 0, numprocs = tonumber(assert(io.open("count")):read("a")) }
assert(assert(io.open("empty")):read("a") == "")
assert(not io.open("later"))
for _ = 1, 20 do assert(#io.open("large"):read("a") == 400000) end
first = io.open("count"):read(1)
if not io.open("secret") then io.open("secret", "w"):write("made at the first start"):close() end
secret = io.open("secret"):read("a")
END
printf 02 >count
: >empty
head -c 400000 /dev/zero >large
run_reeve
before=$(reeve status | sed 's/, uptime.*//')

echo 'this is no Lua' >supervisor.lua
rm conf.d/a.lua words.lua
echo 'program "c" { cmd = "sleep 1000", starttime = 0 }' >conf.d/c.lua
rm count large
echo something | tee empty later >"$dir/null"
reeve upgrade >"$dir/null"
assert_equal "$before" "$(reeve status | sed 's/, uptime.*//')"
reeve upgrade >"$dir/null"
assert_equal "$before" "$(reeve status | sed 's/, uptime.*//')"
assert_equal "made at the first start" "$(cat secret)"
assert_status 1 reeve reload
assert_equal "$before" "$(reeve status | sed 's/, uptime.*//')"

config <<'END'
include "conf.d/*.lua"
END
expect_line 'added: c' reeve reload
wait_state c RUNNING
wait_for 'test -z "$(state web)$(state a)"'
