#!/bin/sh
# The JSON dialect: one line asked, one line answered, with its id, ok and data or error.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0 }
program "idle" { cmd = "sleep 1000", autostart = false }
END
run_reeve
wait_state web RUNNING

ask()
{
    reeve_says "$1" | tail -n +2
}
assert_equal '[1, true, "web", "RUNNING"]' "$(ask '{"verb":"status","args":["web"],"id":1}' |
    json '[r["id"], r["ok"], r["data"]["processes"][0]["name"], r["data"]["processes"][0]["state"]]')"
assert_equal '[2, false, "no-such-target", true]' "$(ask '{"verb":"stop","args":["nobody"],"id":2}' |
    json '[r["id"], r["ok"], r["error"]["code"], "nobody" in r["error"]["message"]]')"
assert_equal '[3, false, "usage"]' "$(ask '{"verb":"frobnicate","id":3}' | json '[r["id"], r["ok"], r["error"]["code"]]')"
assert_equal '[false, "usage"]' "$(ask '{"verb":' | json '[r["ok"], r["error"]["code"]]')"
assert_equal '[4, true]' "$(ask '{"verb":"stop","args":["web"],"id":4}' | json '[r["id"], r["ok"]]')"
assert_equal STOPPED "$(state web)"

# When one of several targets fails there is an entry for each, also where the data tells of them.
results()
{
    ask "$1" | json '[r["ok"], r["error"]["code"], [[t["target"], t["ok"], t.get("code")] for t in r["results"]]]'
}
assert_status 0 reeve start web
assert_equal '[false, "no-such-target", [["nobody", false, "no-such-target"], ["web", true, null], ["idle", false, "not-running"]]]' \
    "$(results '{"verb":"status","args":["nobody","web","idle"]}')"
assert_equal '[false, "failed", [["idle", false, "failed"], ["web", true, null]]]' \
    "$(results '{"verb":"pid","args":["idle","web"]}')"
assert_equal '[true, false]' "$(ask '{"verb":"pid","args":["web"]}' | json '[r["ok"], "results" in r]')"
assert_equal '[false, false]' "$(ask '{"verb":"health","args":["nobody"]}' | json '[r["ok"], r["data"]["healthy"]]')"

# A stream: data lines, then its end.
assert_status 0 reeve start web
ask '{"verb":"events","id":5}' >answer
assert_equal '[5, true, true]' "$(tail -n 1 answer | json '[r["id"], r["ok"], r.get("end", True)]')"

# A request that is too long is told so in its own dialect; the client prints it.
{ printf '{"verb":"status","args":["'; head -c 70000 /dev/zero | tr '\0' x; printf '"],"id":6}\n'; } |
    timeout 30 nc -N -U sock | tail -n 1 >answer
assert_equal '[false, "too-long"]' "$(json '[r["ok"], r["error"]["code"]]' <answer)"
head -c 70000 /dev/zero | tr '\0' x >word
expect_line '.* at most 64 KB' reeve status "$(cat word)"
