#!/bin/sh
# A webhook's own format is used. One that fails, loops or eats memory is cut off as a hook would be, and whatever it did
# to the table that it got, the alert goes out.
. "${0%/*}/servers"

serve_web
config <<END
supervisor { hook_memory = "8MB", hook_time = 1 }
local alert = require "reeve.alert"
local function to(name, format)
  alert.webhook { url = "$web/keep?" .. name, digest = 0, on = "crash", format = format }
end
to("text", function(r) return "plain " .. r.process end)
to("table", function(r) return { text = r.process .. " " .. r.reason } end)
to("error", function(r) r.process = nil error("oh") end)
to("object", function() error(setmetatable({}, { __tostring = error })) end)
to("number", function() return 5 end)
to("circle", function(r) r.self = r return r end)
to("nan", function(r) r.uptime = 0/0 return r end)
to("yields", function(r) coroutine.yield() return r end)
to("waits", function(r) reeve.sleep(1000) return r end)
to("loops", function() while true do end end)
to("eats", function() local s = ("x"):rep(1 << 20) while true do s = s .. s end end)
program "web" { cmd = "exit 3", shell = true, starttime = 0, autorestart = false }
END
run_reeve
for name in text table error object number circle nan yields waits loops eats; do
    wait_for "[ -s $name ]"
done
assert_equal 'plain web' "$(cat text)"
assert_equal '{"text":"web exited with status 3"}' "$(cat table)"
for name in error object number circle nan yields waits loops eats; do
    grep -q '"process":"web"' "$name" || fail "$name: $(cat "$name")"
done
for why in 'supervisor.lua:[0-9]*: oh' 'the error is a table' 'what it returned is a number' 'within itself' \
    'no word for' 'outside a coroutine' 'it was cut off, or waits'; do
    grep -q "format failed, so the usual text is sent: .*$why" log || fail "nothing is said of '$why'"
done
grep -q 'supervisor.lua:[0-9]*: ran for more than 1s and was cut off' log || fail 'it had all the time'
grep -q 'not enough memory' log || fail 'it had all the memory'
