#!/bin/sh
# The text dialect: a greeting, lines, then OK or ERR; several commands on a line; end of input.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0 }
for _, name in ipairs { "OK", "ERR", ".dot" } do
    program(name) { cmd = "sleep 1000", starttime = 0, autostart = false }
end
END
run_reeve
wait_state web RUNNING

reeve_says status >answer
expect_line 'reeve .* ready, "help" lists the commands' head -n 1 answer
expect_line 'web +RUNNING +pid [0-9]+, uptime .*' cat answer
expect_line OK tail -n 1 answer

expect_line 'ERR .*nobody.*' reeve_says 'stop nobody'
expect_line 'ERR .+' reeve_says frobnicate
assert_equal 3 "$(reeve_says 'version; status; quit' | grep -cx 'OK')" 'an OK for each of three'

! reeve_says 'version; {"verb":"version"}' | grep '"ok"' || fail 'JSON in the middle of a line of text'

# No program's name looks like the end of a reply.
for verb in targets status 'start all' 'why ERR'; do
    assert_equal 1 "$(reeve_says "$verb" | grep -cE '^(OK|ERR)')" "ends in the reply to $verb"
done
reeve_says targets >answer
for name in OK ERR .dot; do
    grep -qFx ".$name" answer || fail "targets does not mark $name: $(cat answer)"
    reeve targets | grep -qFx "$name" || fail "the client shows marks"
done

# A failed command does not stop the others of its line, and a carriage return is no part of a name.
reeve_says "$(printf 'stop nobody; stop web\r')" >answer
expect_line 'ERR .*nobody.*' cat answer
expect_line 'web: stopped' cat answer
assert_equal STOPPED "$(state web)"

# The last command needs no newline.
printf 'start web' | timeout 30 nc -N -U sock >answer
expect_line 'web: started' cat answer

# A line past every limit is refused, and harms nobody.
head -c 200000 /dev/zero | tr '\0' x | timeout 30 nc -N -U sock >answer || true
assert_equal RUNNING "$(state web)"
