#!/bin/sh
# A box runs what its server says, and reports it in the words of magistrate, byte for byte.
. "${0%/*}/server.inc"

start_server
states runs=running stops=stopped left=unmonitored odd=sideways stranger=running
config <<END2
supervisor { name = "Super 1_x  vm", state_dir = "$dir/state" }
for _, name in ipairs { "runs", "odd" } do program(name) { cmd = "sleep 1000", autostart = false } end
for _, name in ipairs { "stops", "left", "unnamed" } do program(name) { cmd = "sleep 1000", starttime = 0 } end
require("reeve.magistrate").follow { url = "http://127.0.0.1:$port/magistrate", interval = "1h" }
END2
run_reeve
wait_for 'test "$(count_reports)" -eq 1'

assert_equal STOPPED "$(state odd)" 'a word that nobody knows'
assert_equal STOPPED "$(state stops)" 'stopped'
assert_equal RUNNING "$(state left)" 'unmonitored'
assert_equal RUNNING "$(state unnamed)" 'one that the server does not name'
wait_state runs RUNNING
grep -q "the server names 'stranger', which is not here" "$log" || fail 'nothing is said of the stranger'
grep -q "odd: nobody knows the target state 'sideways'" "$log" || fail 'nothing is said of the word'

# The requests.
assert_equal '["GET /magistrate/api/status/super-1_x-vm", "POST /magistrate/api/status/super-1_x-vm"]' \
    "$(requests '[q["method"] + " " + q["path"] for q in r]')"
assert_equal 'application/x-www-form-urlencoded' "$(requests 'r[1]["headers"]["Content-Type"]')"
assert_equal false "$(requests 'any("Authorization" in q["headers"] for q in r)')" 'no authentication'
assert_equal '*/*' "$(requests 'r[0]["headers"]["Accept"]')"
grep -qE '"body": "status=([A-Za-z0-9*._-]|[+]|%[0-9A-F]{2})+"' server/requests || fail 'the form is not well written'
assert_equal '["name", "pid_path", "monitor_url", "config_file", "logs", "workers"]' "$(last_report 'list(r)')"
assert_equal super-1_x-vm "$(last_report 'r["name"]')"
assert_equal "$dir/state" "$(last_report 'r["pid_path"]')"
assert_equal "http://127.0.0.1:$port/magistrate/" "$(last_report 'r["monitor_url"]')"
assert_equal "$dir/supervisor.lua" "$(last_report 'r["config_file"]')"
assert_equal '["runs", "odd", "stops", "left", "unnamed"]' "$(last_report 'list(r["workers"])')" 'in the order of the file'
assert_equal '["state", "target_state", "pid", "bounces", "logs"]' "$(last_report 'list(r["workers"]["runs"])')"
assert_equal "[\"running\", \"running\", $(pid_of runs), 1]" "$(last_report 'list(r["workers"]["runs"].values())[:4]')"
assert_equal '["stopped", "stopped", null, 0]' "$(last_report 'list(r["workers"]["stops"].values())[:4]')"
assert_equal "[\"unmonitored\", \"unmonitored\", $(pid_of left), 0]" \
    "$(last_report 'list(r["workers"]["left"].values())[:4]')"
assert_equal "[\"unmonitored\", \"unknown\", $(pid_of unnamed), 0]" \
    "$(last_report 'list(r["workers"]["unnamed"].values())[:4]')"
assert_equal '["stopped", "sideways", null, 0]' "$(last_report 'list(r["workers"]["odd"].values())[:4]')"

# It was up this time; USR2 asks as well.
kill -USR2 "$reeve_pid"
wait_for 'test "$(count_reports)" -eq 2'
assert_equal 0 "$(last_report 'r["workers"]["runs"]["bounces"]')" 'bounces of one that was up'

# A restart: once, and the server is told, and asked whether it has understood.
states runs=forced_restart stops=stopped left=unmonitored
first=$(pid_of runs)
refresh
assert_equal 'POST /magistrate/supervisors/super-1_x-vm/workers/runs/set_target_state/running' \
    "$(requests '[q["method"] + " " + q["path"] for q in r][-3]')"
assert_equal 'GET /magistrate/api/status/super-1_x-vm' "$(requests '[q["method"] + " " + q["path"] for q in r][-2]')"
assert_equal '["application/x-www-form-urlencoded", "0", ""]' \
    "$(requests '[r[-3]["headers"]["Content-Type"], r[-3]["headers"]["Content-Length"], r[-3]["body"]]')"
second=$(pid_of runs)
test "$first" != "$second" || fail 'it was not restarted'
assert_equal "$second" "$(last_report 'r["workers"]["runs"]["pid"]')" 'the pid after the restart'
refresh
assert_equal "$second" "$(pid_of runs)" 'it was restarted again'

# Nothing is named any more: nothing is touched.
echo '{}' >server/states
refresh
assert_equal "$second" "$(pid_of runs)"
assert_equal STOPPED "$(state stops)"
assert_equal unknown "$(last_report 'r["workers"]["runs"]["target_state"]')"

# However many it names that are not here, that is one line, and an answer without end is none.
states $(seq -f 'box%g=running' 40)
refresh
assert_equal 1 "$(grep -c "the server names 'box.* and 30 more, which are not here" "$log")"
python3 -c 'print("{\"workers\":{" + "\"x\":1," * 200000 + "\"y\":1}}")' >server/states
kill -USR2 "$reeve_pid"
wait_for 'grep -q "the body from .* is larger than 1048576 bytes; what it said last holds" "$log"'
assert_equal 1 "$(grep -c 'which are not here' "$log")"
