#!/bin/sh
# Requests in JSON with ids go on beside each other: one that waits holds nobody back, and cancel gives it up. In text, and
# without ids, the order is kept.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0 }
program "slow" { cmd = "sleep 1001", autostart = false, starttime = 1000 }
program "later" { cmd = "sleep 1002", autostart = false, starttime = 0.3 }
END
run_reeve
wait_state web RUNNING

# Say the lines and keep the connection until so many answers have come.
cat >talk.py <<'END'
import json, socket, sys
count, lines = int(sys.argv[1]), sys.argv[2:]
s = socket.socket(socket.AF_UNIX)
s.settimeout(20)
s.connect("sock")
f = s.makefile("r")
f.readline()
s.sendall(("\n".join(lines) + "\n").encode())
for i in range(count):
    print(f.readline(), end="")
END
talk()
{
    timeout 30 python3 talk.py "$@"
}
order()
{
    python3 -c '
import json, sys
print("".join("%s:%s " % (r["id"], r["ok"]) for r in map(json.loads, sys.stdin)))'
}

assert_equal '2:True 3:True ' "$(talk 2 '{"verb":"start","args":["slow"],"id":1}' '{"verb":"pid","args":["web"],"id":2}' \
    '{"verb":"version","id":3}' | order)" 'beside a start'
assert_equal '2:True 1:False 3:True ' "$(talk 3 '{"verb":"wait","args":["slow","RUNNING"],"id":1}' '{"verb":"version","id":2}' \
    '{"verb":"cancel","args":[1],"id":3}' | order)" 'a cancelled wait'
assert_equal 'b:True a "ä":False ' "$(talk 2 '{"verb":"wait","args":["slow","RUNNING"],"id":"a \"\u00e4\""}' \
    '{"verb":"version","id":"b"}' '{"verb":"cancel","args":["a \"\u00e4\""]}' | order)" 'ids that are texts'
assert_equal '1:False ' "$(talk 1 '{"verb":"cancel","id":1}' | order)" 'a cancel that names nothing'
assert_equal '2:True ' "$(talk 1 '{"verb":"wait","args":["slow","RUNNING"]}' '{"verb":"cancel","args":[1],"id":2}' |
    order)" 'a cancel beside one without an id'
assert_equal '2:True ' "$(talk 1 '{"verb":"cancel","args":[1]}' '{"verb":"version","id":2}' | order)" \
    'a cancel without an id'
assert_equal '1:True 2:True ' "$(talk 2 '{"verb":"version","id":1}' '{"verb":"version","id":2}' | order)" 'at once'

assert_equal '{"id":0.1,"ok":true' "$(talk 1 '{"verb":"version","id":0.1}' | cut -c1-19)" 'as it came'

# A stream holds nobody back, but there may not be too many.
assert_equal '2:True ' "$(talk 1 '{"verb":"tail","args":["-f","web"]}' '{"verb":"version","id":2}' | order)"
for i in $(seq 17); do echo "{\"verb\":\"tail\",\"args\":[\"-f\",\"web\"],\"id\":$i}"; done >streams
assert_equal '17:False 1:True 18:True 19:True ' "$(talk 4 "$(cat streams)" '{"verb":"cancel","args":[1],"id":18}' \
    '{"verb":"version","id":19}' | order)" 'streams'

# Without an id they have nothing to be told apart by.
assert_equal 'None:True None:True ' "$(talk 2 '{"verb":"start","args":["later"]}' '{"verb":"version"}' | order)"
talk 2 '{"verb":"restart","args":["later"]}' '{"verb":"pid","args":["web"]}' >answers
assert_equal "later" "$(head -n 1 answers | json 'r["results"][0]["target"]')" 'the first answer'

# A text command is answered after the one before it.
printf 'restart later\nversion\n' | timeout 30 nc -N -U sock >answers
assert_equal 'later: restarted' "$(sed -n 2p answers)"

# Whoever sends no more gets all answers that he waits for.
printf '%s\n' '{"verb":"restart","args":["later"],"id":1}' '{"verb":"version","id":2}' | timeout 30 nc -N -U sock |
    tail -n +2 >answers
assert_equal '2:True 1:True ' "$(order <answers)" 'after a half-close'

# So does whoever leaves, and then the connection is closed; his streams end.
talk 999 '{"verb":"restart","args":["later"],"id":1}' '{"verb":"events","args":["-f"],"id":2}' '{"verb":"quit","id":3}' \
    '{"verb":"version","id":4}' | grep -v '"id":2,"data"' >answers
assert_equal '2:True 3:True 1:True ' "$(order <answers)" 'before the end'

# There is a ceiling: those beyond it wait, and nothing is lost.
for i in $(seq 255); do echo "{\"verb\":\"wait\",\"args\":[\"slow\",\"RUNNING\"],\"id\":$i}"; done >waits
assert_equal '256:False v:True ' "$(talk 2 "$(cat waits)" '{"verb":"wait","args":["slow","RUNNING","300ms"],"id":256}' \
    '{"verb":"version","id":"v"}' | order)" 'one too many'
for i in $(seq 300); do echo "{\"verb\":\"wait\",\"args\":[\"slow\",\"RUNNING\",\"500ms\"],\"id\":$i}"; done |
    timeout 60 nc -N -U sock | tail -n +2 >answers
assert_equal 300 "$(sort -u answers | grep -c '"ok":false')" 'answers'
assert_status 0 reeve pid web
