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

for wrong in "{}|it needs either 'url', the address of a server, or 'etcd'" "{ url = 'ftp://x' }|'url': expected the address" \
    "{ url = 'http://x', intervall = 5 }|unknown option 'intervall'" \
    "{ url = 'http://x', etcd = 'http://x' }|it needs either" "{ etcd = 'x' }|'etcd': expected an address" \
    "{ etcd = 'http://x', username = 'y' }|'username' and 'password' go together" "{ etcd = {} }|'etcd': expected a text or a list of texts" \
    "{ etcd = 'http://x', send_env = true }|'send_env' does not go with 'etcd'" "{ url = 'http://x', key_file = 'y' }|'key_file' means nothing without 'cert_file'" \
    "{ url = 'http://x', lease = 5 }|'lease' does not go with 'url'" \
    "{ url = 'http://x', interval = 'often' }|'interval': expected a time such as" "{ url = 'http://x', timeout = 0 }|'timeout': expected a time such as" \
    "{ url = 'http://x', name = 7 }|'name': expected a text, got a number" "{ url = 'http://x', send_env = 1 }|'send_env': expected a boolean, got a number"; do
    follow "${wrong%%|*}"
    expect_line ".*supervisor.lua:1: .*${wrong##*|}.*" check
done

# All of them are told, and what comes after them.
follow "{ urll = 'http://x', interval = 'often' }"
echo 'program "one" { cmd = "x", umask = 9 }' >>supervisor.lua
for line in ".*:1: follow: it needs either .*" ".*:1: follow: 'interval': expected a time such as .*" \
    ".*:1: follow: unknown option 'urll', did you mean 'url'." ".*:2: program 'one': 'umask': .*"; do
    expect_line "$line" check
done

# Programs of the cluster need one, and a lease that leaves time for their stop.
cluster()
{
    echo "program 'one' { cmd = 'sleep 1000', scope = 'cluster', $1 }" >supervisor.lua
    echo "$2" >>supervisor.lua
}
cluster 'stoptime = 5' "require('reeve.magistrate').follow { etcd = 'http://127.0.0.1:$port', lease = '8s' }"
assert_status 0 check
cluster 'stoptime = 7' "require('reeve.magistrate').follow { etcd = 'http://127.0.0.1:$port', lease = 8 }"
expect_line ".*supervisor.lua:1: program 'one': a lease of 8s is too short: .*" check
cluster 'stopsignal = { { "INT", 5 }, { "TERM", 4 } }' "require('reeve.magistrate').follow { etcd = 'http://127.0.0.1:$port' }"
expect_line ".*supervisor.lua:1: program 'one': a lease of 10s is too short: .*" check
cluster 'stoptime = 5' "require('reeve.magistrate').follow { url = 'http://127.0.0.1:$port' }"
expect_line ".*supervisor.lua:1: program 'one': its scope is the cluster, and the file follows none.*" check
follow_etcd="require('reeve.magistrate').follow { etcd = 'http://127.0.0.1:$port' }"
cluster 'stoptime = 5, detached = true, stdout = "discard", stderr = "discard"' "$follow_etcd"
expect_line ".*'scope = \"cluster\"' excludes 'detached' and 'forks'.*" check
cluster 'stoptime = 5, deathsig = "TERM"' "$follow_etcd"
expect_line ".*with 'scope = \"cluster\"' it is KILL.*" check
cluster 'stoptime = 5' "$follow_etcd"
expect_line ' *deathsig += "KILL",.*' "$REEVE" plan -c supervisor.lua
assert_equal 0 "$(count_asked)" 'requests of a check'

# A hook cannot begin to follow; reeve goes on.
cat >supervisor.lua <<END
program "one" { cmd = "sleep 1000", starttime = 0 }
reeve.task(function()
    local _, why = pcall(require("reeve.magistrate").follow, { url = "http://127.0.0.1:$port" })
    reeve.log("notice", "refused: %s", why)
end)
END
run_reeve
wait_for 'grep -q "refused: .*follow: it is for the file itself, not for its hooks" log'
wait_state one RUNNING
assert_equal 0 "$(count_asked)" 'requests of a hook'
