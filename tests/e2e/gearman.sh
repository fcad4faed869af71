# shellcheck shell=sh
# A job server, and programs that do jobs: read by `. "$e2e/gearman.sh"`, after lib.sh.
#
#   start_gearmand            on $port of the loopback; its pid is $gearmand; wait until it answers
#   executor NAME <<'END'     $dir/NAME, a shell script that says that it does single jobs, and then what it is given
#   submit FUNCTION [ARG…]    a client that waits for the result of what is on its stdin
#   functions                 what the server says of its functions: NAME TOTAL RUNNING WORKERS
#   wait_worker FUNCTION      until somebody does it
PATH=$PATH:/usr/sbin
command -v gearmand >/dev/null && command -v gearman >/dev/null || skip "no gearmand here"
port=$(free_port)
gearmand=

start_gearmand()
{
    gearmand --port="$port" --listen=127.0.0.1 --log-file="$dir/gearmand.log" --pid-file="$dir/gearmand.pid" "$@" \
        >>"$dir/gearmand.out" 2>&1 &
    gearmand=$!
    wait_for 'functions >/dev/null 2>&1'
}

functions()
{
    gearadmin --host=127.0.0.1 --port="$port" --status | sed '/^\.$/d'
}

executor()
{
    {
        echo '#!/bin/sh'
        echo "test \"\$1\" != --caps || { echo '{\"type\":\"caps\",\"caps\":[\"single\"]}'; exit; }"
        cat
    } >"$dir/$1"
    chmod 755 "$dir/$1"
}

submit()
{
    submitted=$1
    shift
    timeout 30 gearman -h 127.0.0.1 -p "$port" -f "$submitted" "$@"
}

wait_worker()
{
    waited_function=$1
    wait_for 'functions | awk -v f="$waited_function" "\$1 == f && \$4 > 0 { found = 1 } END { exit !found }"'
}
