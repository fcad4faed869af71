#!/bin/sh
# An answer without an end is read by lines as they come; who does not read it is not drowned in it, and who reads it
# late has it at once.
. "${0%/*}/../lib.sh"

test -e "${REEVE%/*}/modules/curl.so" || skip 'no module curl'
mkfifo keep
"$root/tests/programs/httpd.py" <keep >http.port &
exec 3>keep
wait_for '[ -s http.port ]'

config <<END2
supervisor { hook_time = 2 }
local web = "http://127.0.0.1:$(cat http.port)"
local kept
local function say(...) reeve.log("notice", ...) end

reeve.task(function()
    kept = assert(reeve.http.stream { url = web .. "/lines?0.05" })
    kept:read_line()
    local s <close> = assert(reeve.http.stream { url = web .. "/lines?0.05" })
    for _ = 1, 3 do say("got %s", s:read_line()) end
    local waiting = reeve.task(function() say("waited %s", s:read_line()) s:close() say("closed %s %s", s:read_line()) end)
    reeve.sleep(0)
    say("second %s", select(2, pcall(s.read_line, s)))
    reeve.sleep(0.3)
    local f = assert(reeve.http.stream { url = web .. "/ok" })
    say("last %s", f:read_line())
    say("over %s %s", f:read_line())
    f = assert(reeve.http.stream { url = web .. "/crlf" })
    say("bare %q %q %q", f:read_line(), f:read_line(), f:read_line())
    f = assert(reeve.http.stream { url = web .. "/status?404" })
    say("missing %s", f:read_line())
    say("missing %s %s", f:read_line())
    f = assert(reeve.http.stream { url = web .. "/never", timeout = 0.1 })
    say("silent %s %s", f:read_line())
    f = assert(reeve.http.stream { url = web .. "/lines?0.05", timeout = 0.3 })
    local began = reeve.now()
    while reeve.now() < began + 0.6 do assert(f:read_line()) end
    say("longer than its patience")
    f:close()
    f = assert(reeve.http.stream { url = web .. "/endless" })
    say("flood %s %s", f:read_line())
    f = assert(reeve.http.stream { url = web .. "/many?150000" })
    local count, line = 0, f:read_line()
    reeve.sleep(0.5)
    while line do count, line = count + 1, f:read_line() end
    say("all %d", count)
    say("refused %s %s", assert(reeve.http.stream { url = "http://127.0.0.1:1/" }):read_line())
    say("the end %s", select(2, pcall(reeve.http.stream, { url = "ftp://x/" })))
end)
END2
run_reeve
wait_long 'grep -q "the end" "$log"'
for line in 'got line 1 is here' 'got and half of line 2 is here' 'got and half of line 3 is here' \
    'waited and half of line 4 is here' 'closed nil the stream was closed' 'second .*another task waits' 'last hello' \
    'over nil the answer has ended' 'bare "one" "two" ""' 'missing told so' 'missing nil it answered with status 404' \
    'silent nil no answer from .* within 100ms' 'longer than its patience' 'flood nil more than 8 MB' 'all 150000' 'refused nil '; do
    grep -q "$line" "$log" || fail "no '$line'"
done

# Many lines that come at once hold nobody up, also not those who read them.
config <<END2
local web = "http://127.0.0.1:$(cat http.port)"
reeve.task(function()
    local s = assert(reeve.http.stream { url = web .. "/many?100000" })
    local count = 0
    local busy = reeve.every(0.05, function() if count > 0 then reeve.log("notice", "others run") end end)
    for _ in function() return s:read_line() end do count = count + 1 end
    busy:cancel()
    reeve.log("notice", "there were %d", count)
end)
END2
reeve reload >/dev/null
wait_long 'grep -q "there were 100000" "$log"'
grep -q 'others run' "$log" || fail 'nobody else had a turn'

# One that is still open at the end is no trouble.
stop_reeve
assert_equal 0 "$reeve_status"
