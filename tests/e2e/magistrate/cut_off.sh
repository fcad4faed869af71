#!/bin/sh
# A pass that is cut off, as on a machine that has no time for it, is no end: the next one is made as if nothing were.
. "${0%/*}/server.inc"

start_server
states one=running
config <<END2
supervisor { name = "box", state_dir = "$dir/state" }
program "one" { cmd = "sleep 1000", autostart = false, starttime = 0 }
local ask, times = reeve.http.request, 0
reeve.http.request = function(...)
    times = times + 1
    while times == 1 or times == 3 do end
    return ask(...)
end
require("reeve.magistrate").follow { url = "http://127.0.0.1:$port", interval = 0.5 }
END2
run_reeve
wait_state one RUNNING
wait_for 'test "$(count_reports)" -ge 2'
test "$(grep -c 'ran for more than 2s and was cut off' "$log")" -ge 2 || fail 'none was cut off'
