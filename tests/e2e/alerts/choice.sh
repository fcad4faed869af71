#!/bin/sh
# An alert hears of the programs, or of single processes, that its patterns name, and of recoveries only if it is to.
. "${0%/*}/servers"

serve_mail
config <<END
local alert = require "reeve.alert"
local function tell(whom, on, programs)
    alert.email {
        to = whom .. "@example.com", server = "127.0.0.1:$mail_port", digest = 0.1, on = on, programs = programs,
    }
end
tell("all", "start", "*")
tell("program", "start", "pool")
tell("process", "start", { "none", "pool:2" })
tell("sick", "health")
tell("both", { "health", "recovered" })
program "other" { cmd = "sleep 1000", starttime = 0 }
program "pool" {
    cmd = "sleep 1000", starttime = 0, numprocs = 2,
    health = { exec = "test -e $dir/well", every = 0.1, action = "none" },
}
END
run_reeve

# What one of them was told: the processes, each with what has become of it.
told()
{
    grep -l "^reeve@.* $1@example.com" mails/[0-9]* 2>/dev/null | while read -r mail; do
        body_of "${mail#mails/}" | sed -nE 's/^(\S+) (was|is) (.*) on .*/\1 \3/p; s/^(now: ).*/\1/p'
    done | sort | tr '\n' ',' | sed 's/ [0-9]* times//g'
}
wait_for 'test "$(told all)" = "other started,pool:1 started,pool:2 started,"'
wait_for 'test "$(told program)" = "pool:1 started,pool:2 started,"'
wait_for 'test "$(told process)" = "pool:2 started,"'

wait_for 'test "$(told sick)" = "pool:1 not well,pool:2 not well,"'
wait_for 'test "$(told both)" = "pool:1 not well,pool:2 not well,"'
touch well
wait_for 'test "$(told both)" = "pool:1 not well,pool:1 well again,pool:2 not well,pool:2 well again,"'
rm well
wait_for 'test "$(told sick)" = "pool:1 not well,pool:1 not well,pool:2 not well,pool:2 not well,"'
