#!/bin/sh
# The page of the contributed server in a browser: a button sets a state, and what comes of it shows without a reload.
. "${0%/*}/../lib.sh"

test -e "${REEVE%/*}/modules/curl.so" || skip 'no module curl'
command -v chromium >/dev/null || skip 'no chromium'
port=$(free_port)
url=http://127.0.0.1:$port
export MAGISTRATE_LISTEN="tcp:127.0.0.1:$port" MAGISTRATE_DATABASE="$dir/magistrate.db"
"$REEVE" run -c "$root/contrib/magistrate-server/supervisor.lua" -s "unix:$dir/server.sock" 2>>server.log &
server_pid=$!
wait_for '"$REEVE" status magistrate -s "unix:$dir/server.sock" >/dev/null 2>&1'
config <<END2
supervisor { name = "box", state_dir = "$dir/state" }
for _, name in ipairs { "web", "mail" } do program(name) { cmd = "sleep 1000", autostart = false, starttime = 0 } end
require("reeve.magistrate").follow { url = "$url", interval = 0.2 }
END2
run_reeve

# Hostile words of a box do nothing.
python3 - "$url" <<'END2'
import sys, urllib.parse, urllib.request
words = '<img src=x onerror="document.title=\'taken\'"><script>document.title="taken"</script>'
report = '{"workers":{"%s":{"state":"%s","logs":["%s"]}}}' % ((words.replace('"', '\\"'),) * 3)
url = sys.argv[1] + "/api/status/" + urllib.parse.quote(words[:40], safe="")
urllib.request.urlopen(url, urllib.parse.urlencode({"status": report}).encode()).read()
END2

"$root/tests/programs/browser.py" "$url/" \
    'document.querySelector("#box form[action$=\"web/set_target_state/running\"] button").click() || 1' \
    'document.querySelector("#box td.running")?.textContent == "running"' \
    '(window.mark = "still the same page") && document.querySelectorAll("#box td.running").length == 1' \
    'fetch("/supervisors/box/workers/mail/set_target_state/running", { method: "POST" }) && 1' \
    'window.mark && document.querySelectorAll("#box td.running").length == 2' \
    'document.title == "magistrate" && document.querySelectorAll("img").length == 0' >browser.out 2>&1 ||
    fail "$(cat browser.out)"
assert_equal RUNNING "$(state web)"
assert_equal RUNNING "$(state mail)"
kill "$server_pid"
wait "$server_pid" || true
