# shellcheck shell=sh
# What the demonstrations share, read by `. contrib/demo.sh`: a temporary folder $place, where everything happens and
# which is gone afterwards, and words to show what is typed. $supervisor is the pid of what runs there.
set -eu

contrib=$(cd "$(dirname "$0")" && pwd)
root=${contrib%/contrib}
reeve=${REEVE:-build/reeve}
reeve=$(cd "$(dirname "$reeve")" && pwd)/reeve
place=$(mktemp -d)
export REEVE_SOCKET="unix:$place/sock"
supervisor=

end()
{
    trap - EXIT
    test -z "$supervisor" || kill "$supervisor" 2>/dev/null || true
    wait
    rm -rf "$place"
}
trap end EXIT
trap 'exit 130' INT TERM
cd "$place"

say()
{
    printf '\n# %s\n' "$*"
}

# Show a command as one would type it, and do it.
try()
{
    printf '$ %s\n' "$*"
    "$@" || true
}

reeve()
{
    "$reeve" "$@"
}

# Wait, for at most 10 s, until a command succeeds.
until_true()
{
    tries=0
    until "$@" >/dev/null 2>&1 || [ "$tries" -ge 200 ]; do
        tries=$((tries + 1))
        sleep 0.05
    done
}
