# shellcheck shell=sh
# A job server, and programs that do jobs: read by `. "$e2e/gearman.sh"`, after lib.sh.
#
#   start_gearmand            on $port of the loopback; its pid is $gearmand; wait until it answers
#   executor NAME <<'END'     $dir/NAME, a shell script that says that it does single jobs, and then what it is given
#   submit FUNCTION [ARG…]    a client that waits for the result of what is on its stdin
#   functions                 what the server says of its functions: NAME TOTAL RUNNING WORKERS
#   wait_worker FUNCTION      until somebody does it
#   begin_job                 a reeve in the middle of a job of the function f, whose executor's pid is in $dir/begun; it
#                             is over when there is $dir/go, and $job ends when its result is in $dir/result
#   start_jobserver           in its place one that does what `tell` says, see tests/programs/jobserver.py
PATH=$PATH:/usr/sbin
for tool in gearmand gearman; do
    command -v "$tool" >/dev/null || skip "no $tool here"
done
port=$(free_port)
gearmand=

start_gearmand()
{
    gearmand --port="$port" --listen=127.0.0.1 --log-file="$dir/gearmand.log" --pid-file="$dir/gearmand.pid" "$@" \
        >>"${dir:?}/gearmand.out" 2>&1 &
    gearmand=$!
    wait_for 'functions >/dev/null 2>&1'
}

functions()
{
    gearadmin --host=127.0.0.1 --port="$port" --status 2>/dev/null | sed '/^\.$/d'
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

# Whoever looks for a list or a server that is away does it again after a while that doubles.
wait_worker()
{
    waited_function=$1
    wait_long 'functions | awk -v f="$waited_function" "\$1 == f && \$4 > 0 { found = 1 } END { exit !found }"'
}

begin_job()
{
    executor slow <<'END'
echo $$ >>"$FOLDER/begun"
until test -e "$FOLDER/go"; do sleep 0.02; done
printf '{"type":"complete","who":"done"}\n'
END
    config <<END
require("reeve.gearman").supervise {
    servers = { "127.0.0.1:$port" }, env = { FOLDER = "$dir" },
    functions = { { name = "f", executor = "$dir/slow" } },
}
END
    start_gearmand
    run_reeve
    wait_worker f
    submit f </dev/null >result &
    job=$!
    wait_for 'test -s begun'
}

# The server that does as it is told, on $port: `tell COMMAND…`; what it heard is in $dir/heard.
start_jobserver()
{
    : >heard
    rm -f commands
    mkfifo commands
    python3 "${root:?}/tests/programs/jobserver.py" "$port" heard <commands >jobserver.out 2>&1 &
    jobserver=$!
    exec 9>commands
    wait_for 'grep -q listening heard'
}

tell()
{
    printf '%s\n' "$*" >&9
}

# A line that the server has noted, as a whole, like the extended regular expression.
wait_heard()
{
    heard_line=$1
    poll 'grep -qxE -- "$heard_line" heard' || fail "not heard: $1, but $(cat heard)"
}

count_heard()
{
    grep -cxE -- "$1" heard || true
}
