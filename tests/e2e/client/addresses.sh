#!/bin/sh
# What an address may be: a client looks up names and tries each of their addresses; a port alone is refused, by client and
# supervisor, with what to write instead.
. "${0%/*}/../lib.sh"

port=$(free_port)
config <<END
supervisor { control = "tcp:127.0.0.1:$port", open = true }
program "web" { cmd = "sleep 1000", starttime = 0 }
END
"$REEVE" run -c supervisor.lua >>"$dir/out" 2>>"$log" &
reeve_pid=$!
at()
{
    timeout 30 "$REEVE" "$@"
}
# /etc/hosts knows it whatever its case, and only the address itself is known without a look.
wait_for 'at version -s tcp:LOCALHOST:$port >/dev/null 2>&1'
expect_line 'web +RUNNING .*' at status -s "tcp:LOCALHOST:$port"
echo status | at shell -s "tcp:LocalHost:$port" | grep -q RUNNING || fail 'the shell does not look up names'

assert_status 5 at status -s tcp:nobody.invalid:80
expect_line "reeve: there is no host 'nobody.invalid': .*" at status -s tcp:nobody.invalid:80
assert_status 5 at status -s "$port"
expect_line "reeve: address '$port': a port alone does not say where: write tcp:127.0.0.1:$port, or ./$port for a file" \
    at status -s "$port"

for address in "udp:127.0.0.1:$port" udp:nobody.invalid:80; do
    assert_status 5 at status -s "$address"
done
expect_line "reeve: address 'udp:127.0.0.1:$port': a supervisor is at tcp: or unix: only" at status -s "udp:127.0.0.1:$port"
expect_line "reeve: address 'udp:127.0.0.1:$port': a supervisor .*" at shell -s "udp:127.0.0.1:$port" </dev/null

assert_status 1 at run -c supervisor.lua -s "$port"
expect_line ".*address '$port': a port alone does not say where: .*" at run -c supervisor.lua -s "$port"
assert_status 1 at run -c supervisor.lua -s "tcp:LOCALHOST:$port"
expect_line ".*'LOCALHOST' is no address: a name would have to be looked up; .*" at run -c supervisor.lua -s "tcp:LOCALHOST:$port"
test ! -e "$port" || fail 'a socket with the name of a port'

# A file whose name is a number is still one.
echo 'supervisor { control = "unix:./1234" }' >supervisor.lua
echo 'program "x" { cmd = "sleep 1001" }' >>supervisor.lua
kill "$reeve_pid"
wait_end
"$REEVE" run -c supervisor.lua >>"$dir/out" 2>>"$log" &
reeve_pid=$!
wait_for 'at version -s ./1234 >/dev/null 2>&1'
assert_status 0 at version -s "$dir/1234"
