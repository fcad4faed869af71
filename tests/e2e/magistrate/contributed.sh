#!/bin/sh
# The contributed server and a box: what somebody presses on the page is what the box runs, and the page shows it.
. "${0%/*}/../lib.sh"

test -e "${REEVE%/*}/modules/curl.so" || skip 'no module curl'
port=$(free_port)
url=http://127.0.0.1:$port
export MAGISTRATE_LISTEN="tcp:127.0.0.1:$port" MAGISTRATE_DATABASE="$dir/magistrate.db"
server()
{
    timeout 30 "$REEVE" "$@" -s "unix:$dir/server.sock"
}
serve()
{
    "$REEVE" run -c "$root/contrib/magistrate-server/supervisor.lua" -s "unix:$dir/server.sock" 2>>server.log &
    server_pid=$!
    wait_for 'server status magistrate >/dev/null 2>&1'
}
serve

# The body of a page, or the status of an answer.
get()
{
    python3 -c '
import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1]).read().decode())' "$url$1"
}
post()
{
    python3 - "$url$1" "${2:-}" "${3:-}" <<'END2'
import sys, urllib.error, urllib.request
class Stay(urllib.request.HTTPRedirectHandler):
    redirect_request = lambda *_: None
headers = dict([sys.argv[3].split(": ")]) if sys.argv[3] else {}
request = urllib.request.Request(sys.argv[1], sys.argv[2].encode(), headers)
try:
    print(urllib.request.build_opener(Stay).open(request).status)
except urllib.error.HTTPError as e:
    print(e.code)
END2
}

config <<END2
supervisor { name = "The <b> box", state_dir = "$dir/state" }
for _, name in ipairs { "web", "mail" } do program(name) { cmd = "sleep 1000", autostart = false, starttime = 0 } end
require("reeve.magistrate").follow { url = "$url", interval = 0.1 }
END2
run_reeve
box=the-b-box
wait_for 'get /supervisors/$box | grep -q "<td>mail"'

# The button of the page, as a browser presses it.
action=$(get / | grep -o 'action="[^"]*web[^"]*running"' | cut -d '"' -f 2)
assert_equal "/supervisors/$box/workers/web/set_target_state/running" "$action"
assert_equal 302 "$(post "$action" '' "Origin: $url")"
wait_state web RUNNING
assert_equal STOPPED "$(state mail)"
wait_for 'get / | grep -q "<td class=\"running\">running</td><td>running</td><td>$(pid_of web)</td>"'

first=$(pid_of web)
assert_equal 302 "$(post "/supervisors/$box/workers/web/set_target_state/forced_restart")"
wait_for 'test "$(pid_of web)" != "$first"'
wait_for 'get /api/status/$box | grep -q "\"web\": {\"target_state\": \"running\"}"'

# What it does not take.
assert_equal 403 "$(post "/supervisors/$box/workers/web/set_target_state/stopped" '' 'Origin: http://elsewhere')"
assert_equal 400 "$(post "/supervisors/$box/workers/web/set_target_state/sideways")"
assert_equal 404 "$(post /supervisors/nobody/workers/web/set_target_state/stopped)"
assert_equal 400 "$(post "/api/status/$box" 'status=nonsense')"
assert_equal 404 "$(post /elsewhere)"

# Texts of boxes are shown as they are.
assert_equal 200 "$(post '/api/status/x%3Cscript%3E' 'status={"workers":{"<script>":{"state":"<i>","logs":["<b>"]}}}')"
get / | grep -qE '<script>:|<i>|<b>' && fail 'a box writes into the page'
get / | grep -q '&lt;script&gt;' || fail 'it is not shown'
assert_equal 302 "$(post '/supervisors/x%3Cscript%3E/delete')"
get / | grep -q '&lt;script&gt;' && fail 'it is not deleted'

# A restart of the server refuses nobody and forgets nothing.
server restart magistrate >/dev/null
get "/supervisors/$box" | grep -q '<td class="running">running' || fail 'it has forgotten'
server stop magistrate >/dev/null # the socket stays: connections wait
(sleep 0.3 && server start magistrate >/dev/null) &
get / >/dev/null
wait $!

# A hundred boxes at once have what is wanted of them in their first two passes.
"$root/tests/programs/boxes.py" "$url" 100 1 >/dev/null
python3 - "$url" <<'END2'
import http.client, sys
for i in range(100):
    for worker, state in (("web", "running"), ("mail", "stopped"), ("search", "unmonitored")):
        connection = http.client.HTTPConnection(sys.argv[1].split("//")[1])
        connection.request("POST", f"/supervisors/box-{i}/workers/{worker}/set_target_state/{state}")
        assert connection.getresponse().status == 302
END2
passes=$("$root/tests/programs/boxes.py" "$url" 100 2)
test "$passes" = 1 || test "$passes" = 2 || fail "converged: $passes"
assert_equal 100 "$(get / | grep -o 'id="box-[0-9]*"' | sort -u | wc -l)" 'boxes on the page'

# With a password.
kill "$server_pid"
wait "$server_pid" || true
echo 'ann:b:c' >auth
MAGISTRATE_AUTH=$dir/auth
export MAGISTRATE_AUTH
serve
assert_equal 401 "$(post "/supervisors/$box/workers/web/set_target_state/stopped")"
assert_equal 302 "$(post "/supervisors/$box/workers/web/set_target_state/stopped" '' 'Authorization: Basic YW5uOmI6Yw==')"
get / >/dev/null 2>&1 && fail 'the page without a password'
sed -i 's/interval/username = "ann", password = "b:c", interval/' supervisor.lua
reeve reload >/dev/null
wait_state web STOPPED
kill "$server_pid"
wait "$server_pid" || true
