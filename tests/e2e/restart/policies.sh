#!/bin/sh
# always, unexpected and never decide what follows an exit from RUNNING.
. "${0%/*}/../lib.sh"

config <<'END'
local function ends(name, status, settings)
    settings.cmd, settings.shell = ("echo x >> %s; exit %d"):format(name, status), true
    settings.starttime, settings.backoff = 0, 0
    program(name)(settings)
end
ends("never", 1, { autorestart = "never" })
ends("expected", 3, { autorestart = "unexpected", exitcodes = { 0, 3 } })
ends("unexpected", 4, { autorestart = "unexpected", exitcodes = { 0, 3 }, respawn_limit = 5 })
ends("always", 0, { autorestart = "always", respawn_limit = 5 })
program "killed" { cmd = "echo x >> killed; kill -SEGV $$", shell = true, starttime = 0, backoff = 0, respawn_limit = 2 }
END
run_reeve
wait_state never EXITED
wait_state expected EXITED
wait_state unexpected FATAL
wait_state always FATAL
wait_state killed FATAL
for name in never:1 expected:1 unexpected:6 always:6 killed:3; do
    assert_equal "${name#*:}" "$(count_lines "${name%:*}")" "starts of ${name%:*}"
done
expect_line 'killed +FATAL +killed by SIGSEGV.* \(more than 2 restarts in 1m\)' reeve status killed
grep -q 'killed.*SIGSEGV' "$log" || fail "the log does not name the signal"
assert_equal '[null, "SEGV"]' "$(reeve status killed --json |
    json '[[p["exit"]["code"], p["exit"]["signal"]] for p in r["processes"] if p["name"] == "killed"][0]')"
