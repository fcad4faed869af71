#!/bin/sh
# A TCP address with a password wants it first, and the client without one exits 6.
. "${0%/*}/../lib.sh"

port=$(free_port)
echo secret >password
echo wrong >wrong
config <<'END'
supervisor { password = "secret" }
program "web" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve -s "tcp:127.0.0.1:$port"
wait_state web RUNNING

# No terminal to ask on.
by_tcp()
{
    timeout 30 setsid -w "$REEVE" status web -s "tcp:127.0.0.1:$port" "$@" </dev/null
}
assert_status 6 by_tcp
assert_status 6 by_tcp --password-file wrong
assert_status 0 by_tcp --password-file password
export REEVE_PASSWORD_FILE="$dir/password"
assert_status 0 by_tcp

printf 'stop web\nquit\n' | timeout 30 nc -N 127.0.0.1 "$port" >answer
grep -q '^ERR' answer || fail "stop without auth was answered by: $(cat answer)"
assert_equal RUNNING "$(state web)"
printf 'auth secret\nstop web\nquit\n' | timeout 30 nc -N 127.0.0.1 "$port" >answer
assert_equal STOPPED "$(state web)"
