#!/bin/sh
# The README's configuration is good, its transcript is what reeve says, and its links lead somewhere.
. "${0%/*}/../lib.sh"

readme=$root/README.md
sed -n '/^```lua/,/^```$/p' "$readme" | grep -v '^```' >supervisor.lua
expect_line 'supervisor.lua: no problems, 2 programs' "$REEVE" check
grep -q '^    supervisor.lua: no problems, 2 programs$' "$readme" || fail 'the README says it in other words'

# What is run in its place is on every machine.
sed -i 's,"/usr/bin/[^"]*","sleep 1000",; s/, ready = {[^}]*}//; s,http = "[^"]*",exec = "true",' supervisor.lua
run_reeve
wait_state web RUNNING
kill -KILL "$(pid_of web)"
wait_for 'reeve why web | grep -q "^last end: killed by SIGKILL after "'
sed -i 's/every = 10/every = 5/' supervisor.lua
assert_equal "$(sed -n 's/^    \(kept\|changed\): /\1: /p' "$readme")" "$(reeve reload)" 'the reply to a reload'

grep -o '](\([^)]*\))' "$readme" | tr -d ']()' | while read -r link; do
    test -e "$root/$link" || fail "the link to $link leads nowhere"
done
