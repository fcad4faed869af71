#!/bin/sh
# What crashes again is counted, and that is told in time though nothing else happens, in the next life too; one has
# recovered when it was up for `stable` without a crash in between.
. "${0%/*}/servers"

serve_mail
config <<END
local alert = require "reeve.alert"
local function tell(options)
  options.to, options.server, options.digest = options.programs .. "@example.com", "127.0.0.1:$mail_port", 0.1
  alert.email(options)
end
tell { programs = "counted", on = "crash", repeat_after = 2 }
tell { programs = "well", repeat_after = 1000 }
supervisor { defaults = { starttime = 0, backoff = 0, stable = 3 } }
program "counted" { cmd = "sleep 1000" }
program "well" { cmd = "sleep 1000" }
END
run_reeve
crash()
{
    wait_state "$1" RUNNING
    kill -KILL "$(pid_of "$1")"
}
told()
{
    subjects | grep -c "$1" || true
}

crash counted
wait_for 'test "$(told "counted crashed")" -eq 1'
crash counted
wait_state counted RUNNING
reeve upgrade >"$dir/null"
wait_for 'test "$(told "counted crashed")" -eq 2'

crash well
wait_for 'reeve status well --json | json "str(r[\"processes\"][0][\"uptime\"] > 1)" | grep -q True'
crash well
wait_for 'test "$(told "well is up again")" -ge 1'
mail=$(grep -l 'well is up again' mails/* | head -n 1)
grep -qE '^uptime: +([3-9]|[1-9][0-9]+)\.' "$mail" || fail "it was not up for so long: $(cat "$mail")"
