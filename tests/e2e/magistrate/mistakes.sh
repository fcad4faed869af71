#!/bin/sh
# follow only registers: a check asks nobody; wrong options are errors at their line.
. "${0%/*}/server.inc"

start_server
follow()
{
    echo "require('reeve.magistrate').follow $1" >supervisor.lua
}
check()
{
    "$REEVE" check -c supervisor.lua
}

follow "{ url = 'http://127.0.0.1:$port' }"
assert_status 0 check
assert_status 0 "$REEVE" plan -c supervisor.lua
assert_equal 0 "$(count_asked)" 'requests of a check'

for wrong in "{}|'url' should be the address of a server" "{ url = 'ftp://x' }|'url' should be" \
    "{ url = 'http://x', intervall = 5 }|there is no option 'intervall'" \
    "{ url = 'http://x', interval = 'often' }|'interval' is no time" "{ url = 'http://x', timeout = 0 }|'timeout' is no time" \
    "{ url = 'http://x', name = 7 }|'name' should be a string" "{ url = 'http://x', send_env = 1 }|'send_env' should be a boolean"; do
    follow "${wrong%%|*}"
    expect_line ".*supervisor.lua:1: .*${wrong##*|}.*" check
done
