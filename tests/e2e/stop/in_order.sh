#!/bin/sh
# TERM ends reeve: programs stop in reverse order of their start, nothing is left, exit status 0.
. "${0%/*}/../lib.sh"

config <<'END'
local function service(name, after)
    program(name) {
        cmd = ([[trap 'echo %s >> stopped; exit 0' TERM; echo %s >> started; while :; do sleep 0.05; done]]):format(name, name),
        shell = true, starttime = "100ms", after = after,
    }
end
service("api", { "cache", "db" })
service("cache", { "db" })
service("db")
END
run_reeve
wait_state api RUNNING
assert_equal 'db cache api' "$(paste -sd ' ' started)" 'order of the starts'

stop_reeve
assert_equal 0 "$reeve_status" 'exit status'
assert_equal 'api cache db' "$(paste -sd ' ' stopped)" 'order of the stops'
assert_equal '' "$(leftovers)" 'processes left behind'
test ! -e sock || fail "the socket is still there"
