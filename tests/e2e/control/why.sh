#!/bin/sh
# why tells the last ends, their causes and the last lines of both streams: as text, and all of it in JSON too.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" {
    cmd = "echo hello; echo oops >&2; exit 3", shell = true, starttime = 0, autorestart = false,
}
program "worn" { cmd = "true", starttime = 0, autorestart = true, backoff = 0, respawn_limit = 1 }
program "early" { cmd = "false", backoff = 0, startretries = 9, respawn_limit = 1 }
program "soon" { cmd = "true", backoff = 0, startretries = 1 }
program "calm" { cmd = "sleep 1000", starttime = 0, stdout = "discard" }
END
run_reeve
wait_state web EXITED
assert_status 0 reeve start web
wait_state web EXITED

reeve why web >text
for line in 'web is EXITED: .*' 'last end: exited with status 3 after .*' 'before that: exited with status 3 after .*' \
    '  not stopped by us, unexpected; attempt 1, 0 restarts .*' 'last lines of stdout:' '  hello' 'last lines of stderr:' '  oops'; do
    grep -qx "$line" text || fail "no line '$line': $(cat text)"
done

reeve why web --json >data
assert_equal '2 3 None False False 1 0' "$(json \
    '" ".join(map(str, [len(r["ends"])] + [r["ends"][0][k] for k in ("code", "signal", "stopped", "expected", "attempt", "restarts")]))' <data)"
assert_equal 'True True' "$(json '"%s %s" % (r["ends"][0]["uptime"] >= 0, r["ends"][0]["at"] >= r["ends"][1]["at"])' <data)"
assert_equal "'hello\\nhello' 'oops\\noops'" "$(json '"%r %r" % (r["stdout"].strip(), r["stderr"].strip())' <data)"

assert_equal '[] None None' "$(reeve why calm --json | json '"%s %s %s" % (r["ends"], r["stdout"], r["stderr"])')"
assert_status 0 reeve stop calm
assert_equal 'TERM True' "$(reeve why calm --json | json '"%s %s" % (r["ends"][0]["signal"], r["ends"][0]["stopped"])')"

# That it was given up is a cause as well, also for the next life; until it ends anew.
wait_state worn FATAL
expect_line '  given up: more than 1 restart in 1m' reeve why worn
assert_status 0 reeve upgrade
expect_line 'worn +FATAL +exited with status 0 \(more than 1 restart in 1m\)' reeve status worn
assert_equal 'more than 1 restart in 1m null' "$(reeve why worn --json | json 'r["given_up"]') $(reeve why calm --json | json 'r["given_up"]')"

wait_state early FATAL
expect_line 'early +FATAL +exited with status 1 \(more than 1 restart in 1m\)' reeve status early

# What may have been overlooked is said there, and once in the log; nothing to one that runs.
wait_state soon FATAL
expect_line 'soon +FATAL +exited with status 0' reeve status soon
expect_line 'hint: an end before it is RUNNING is a failed start; say oneshot = true .*' reeve why soon
assert_equal 1 "$(grep -c 'notice soon: an end before it is RUNNING is a failed start' "$log")"
assert_equal 'an end True' "$(reeve why soon --json | json 'r["hint"][:6] + " " + str("hint" in r)')"
assert_equal null "$(reeve why calm --json | json 'r["hint"]')"
