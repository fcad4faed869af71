#!/bin/sh
# What is wrong with an alert is told with file and line, all of it; a check contacts nobody.
. "${0%/*}/../lib.sh"

config <<'END'
local alert = require "reeve.alert"
alert.email { server = "http://x", digst = 5 }
alert.email { to = "not an address\r\nBcc: x", on = { "crahs" } }
alert.webhook { url = "ftp://x/", digest = "soon", headers = "X: y" }
alert.syslog { to = "ops@example.com", repeat_after = -1, programs = {} }
alert.email { to = "a@example.com", password = 5, on = "whatever" }
for _ = 1, 2 do alert.syslog { from = 3 } end
END
assert_status 1 "$REEVE" check -c supervisor.lua
printf '%s\n' "$output" | sort >told
cat >want <<'END'
supervisor.lua:2: alert.email: 'server': 'http://x' does not begin with smtp:// or smtps://
supervisor.lua:2: alert.email: 'to' is missing
supervisor.lua:2: alert.email: unknown option 'digst', did you mean 'digest'?
supervisor.lua:3: alert.email: 'on': there is no 'crahs'; did you mean 'crash'?
supervisor.lua:4: alert.webhook: 'digest': expected a time: seconds, or a text such as "30s"
supervisor.lua:4: alert.webhook: 'headers': expected a table
supervisor.lua:4: alert.webhook: 'url': 'ftp://x/' does not begin with http:// or https://
supervisor.lua:5: alert.syslog: 'programs': expected a text or a list of texts
supervisor.lua:5: alert.syslog: 'repeat_after': expected a time: seconds, or a text such as "30s"
supervisor.lua:5: alert.syslog: unknown option 'to'
supervisor.lua:6: alert.email: 'on': there is no 'whatever'; choose from crash, fatal, recovered, start, stop, exit, health, reload, reload_failed, shutdown
supervisor.lua:6: alert.email: 'password': expected a text, got a number
supervisor.lua:7: alert.syslog: 'from': expected a text, got a number
END
grep -v "^supervisor.lua:3: alert.email: 'to': " told | diff want - || fail "what is told differs"
grep -q "^supervisor.lua:3: alert.email: 'to': " told || fail "$(cat told)"

# Nobody is contacted: there is nobody.
config <<'END'
require("reeve.alert").email { to = "ops@example.com", server = "127.0.0.1:1", digest = 0 }
require("reeve.alert").webhook { url = "http://127.0.0.1:1/", digest = 0 }
program "web" { cmd = "sleep 1000", starttime = 0 }
END
assert_status 0 "$REEVE" check -c supervisor.lua

# Without an alert there is nothing to test; later is too late for one.
config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0, on_start = function()
  local alert = require "reeve.alert"
  reeve.log("notice", "late: %s", select(2, pcall(function() alert.syslog() end)))
  reeve.log("notice", "late and wrong: %s", select(2, pcall(function() alert.email {} end)))
end }
END
run_reeve
assert_status 1 reeve alert test
printf '%s\n' "$output" | grep -q 'no alert is set up' || fail "$output"
assert_status 2 reeve alert tset
wait_for 'grep -q "late: .*/supervisor.lua:3: this is for the file itself, not for its hooks" log'
wait_for 'grep -q "late and wrong: .*/supervisor.lua:4: this is for the file itself, not for its hooks" log'
