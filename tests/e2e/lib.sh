# shellcheck shell=sh
# The harness of the end-to-end tests: read by `. "${0%/*}/../lib.sh"`. A test writes its configuration,
# starts reeve, and waits for conditions, never for a while. Whatever happens, what was started is ended.
#
#   config <<'END' … END      write $dir/supervisor.lua
#   run_reeve [ARG…]          start reeve with it on unix:$dir/sock, wait until it answers; its pid is $reeve_pid
#   reeve VERB…               the client;   reeve_says REQUEST: the text dialect, by nc
#   wait_for 'CONDITION'      until the shell condition holds, at most 10 s, or 30 s for a build with sanitizers
#   wait_long 'CONDITION'     the same with three times the patience, for what a timer of ours may hold up
#   wait_state NAME STATE     until the process is in that state
#   state NAME, pid_of NAME   the state, the pid of a process
#   assert_equal WANT GOT [WHAT]    assert_status N COMMAND…    expect_line REGEX COMMAND…
#   stop_reeve [SIGNAL]       end it (TERM), wait for it; its exit status is $reeve_status
#   fail MESSAGE              the test fails, with the log and the status;   skip MESSAGE: it cannot run here
#
# $dir is a folder of the test's own, also the working directory; $dir/log has reeve's log, $dir/out its stdout.
set -eu

e2e=$(cd "${0%/*}" && while [ ! -f lib.sh ]; do cd ..; done && pwd)
root=${e2e%/tests/e2e}
REEVE=${REEVE:-$root/build/reeve}
# shellcheck disable=SC2034 # for the tests
PROGRAMS=${PROGRAMS:-$root/build/programs}

dir=$(mktemp -d "${TMPDIR:-/tmp}/reeve-e2e.XXXXXX")
cd "$dir"
socket=unix:$dir/sock
reeve_pid=
reeve_status=
log=$dir/log
# What reeve starts inherits this: so we know our own when it is time to clean up.
export E2E_DIR="$dir"
unset REEVE_SOCKET REEVE_PASSWORD_FILE
export LC_ALL=C.UTF-8
umask 022
: >"$log"
: >"$dir/out"

# ---- ending ------------------------------------------------------------------------------------

# A zombie is dead, though kill -0 thinks otherwise.
is_alive()
{
    case $(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null) in
    '' | Z | X) return 1 ;;
    esac
}

# The processes that carry our mark: not this shell, which got it after its exec, nor the grep, which goes without.
leftovers()
{
    env -u E2E_DIR grep -lsF "E2E_DIR=$dir" /proc/[0-9]*/environ | while read -r environ; do
        pid=${environ#/proc/}
        pid=${pid%/environ}
        if is_alive "$pid"; then
            echo "$pid"
        fi
    done
}

# Slower, and several times as large.
is_sanitized()
{
    grep -q __asan_init "$REEVE"
}

patience=500
! is_sanitized || patience=1500

# Up to 10 s; false if the condition never held.
poll()
{
    tries=0
    until eval "$1"; do
        tries=$((tries + 1))
        test "$tries" -lt "$patience" || return 1
        sleep 0.02
    done
}

clean_up()
{
    status=$?
    trap - EXIT
    trap '' INT TERM
    set +e
    if [ -n "$reeve_pid" ]; then
        kill "$reeve_pid" 2>/dev/null
        poll '! is_alive $reeve_pid' || kill -KILL "$reeve_pid"
        wait "$reeve_pid" 2>/dev/null
    fi
    for pid in $(leftovers); do
        kill -KILL "$pid" 2>/dev/null
    done
    if grep -sE 'AddressSanitizer|LeakSanitizer|runtime error:' "$log" >/dev/null && [ "$status" -eq 0 ]; then
        echo "a sanitizer complains:"
        cat "$log"
        status=1
    fi
    cd /
    rm -rf "$dir"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail()
{
    {
        echo "FAILED: $*"
        echo "--- log"
        cat "$log"
        if [ -n "$reeve_pid" ] && is_alive "$reeve_pid"; then
            echo "--- status"
            timeout 5 "$REEVE" status -s "$socket" || true
        fi
    } >&2
    exit 1
}

skip()
{
    echo "skipped: $*"
    exit 0
}

# ---- reeve -------------------------------------------------------------------------------------

config()
{
    cat >"$dir/supervisor.lua"
}

reeve()
{
    timeout 30 "$REEVE" "$@" -s "$socket"
}

# A request in the text dialect, with all that comes back until the connection closes.
reeve_says()
{
    printf '%s\n' "$1" | timeout 30 nc -N -U "$dir/sock"
}

is_answering()
{
    "$REEVE" version -s "$socket" >/dev/null 2>&1
}

# Starts it and does not wait; INT and QUIT as from a terminal, which sh would have ignored.
spawn_reeve()
{
    env --default-signal "$REEVE" run -c "$dir/supervisor.lua" -s "$socket" "$@" >>"$dir/out" 2>>"$log" &
    reeve_pid=$!
    reeve_status=
}

run_reeve()
{
    spawn_reeve "$@"
    poll '! is_alive $reeve_pid || is_answering' || fail "reeve does not answer on $socket"
    is_alive "$reeve_pid" || fail "reeve ended at once"
}

# Wait until it has ended by itself.
wait_end()
{
    poll '! is_alive $reeve_pid' || fail "reeve does not end"
    reeve_status=0
    wait "$reeve_pid" || reeve_status=$?
    reeve_pid=
}

stop_reeve()
{
    kill -s "${1:-TERM}" "$reeve_pid"
    wait_end
}

# ---- asking ------------------------------------------------------------------------------------

# status exits 3 when not all are up, which is no news here.
state()
{
    reeve status "$1" 2>/dev/null | awk -v name="$1" '$1 == name { print $2 }' || true
}

pid_of()
{
    reeve status "$1" | awk -v name="$1" '$1 == name && $3 == "pid" { sub(",", "", $4); print $4 }' || true
}

# The value of a Python expression about the JSON on stdin, which is `r` there.
json()
{
    python3 -c '
import json, sys
r = json.load(sys.stdin)
value = eval(sys.argv[1].strip())
print(value if isinstance(value, str) else json.dumps(value))' "$1"
}

# A TCP port of the loopback that is free right now; free_port 0.0.0.0: of every address. It is none of those that the
# kernel gives to clients: one of them would have it before the server that is about to begin.
free_port()
{
    python3 -c '
import random, socket, sys
while True:
    port = random.randrange(10000, 32768)
    try:
        socket.socket().bind((sys.argv[1], port))
    except OSError:
        continue
    print(port)
    break' "${1:-127.0.0.1}"
}

count_lines()
{
    if [ -e "$1" ]; then
        wc -l <"$1" | tr -d ' '
    else
        echo 0
    fi
}

# ---- promising ---------------------------------------------------------------------------------

wait_for()
{
    poll "$1" || fail "not in time: $1"
}

wait_long()
{
    poll "$1" || poll "$1" || poll "$1" || fail "not in 30 s: $1"
}

wait_state()
{
    waited_name=$1 waited_state=$2
    poll 'test "$(state "$waited_name")" = "$waited_state"' || fail "$1 is $(state "$1"), not $2, after 10 s"
}

assert_equal()
{
    test "$1" = "$2" || fail "${3:+$3: }expected '$1', got '$2'"
}

assert_status()
{
    want=$1
    shift
    got=0
    output=$("$@" 2>&1) || got=$?
    test "$want" = "$got" || fail "$* exited with $got, not $want, and said: $output"
}

# One line of what the command prints is, as a whole, like the extended regular expression.
expect_line()
{
    pattern=$1
    shift
    output=$("$@" 2>&1) || true
    printf '%s\n' "$output" | grep -qxE -- "$pattern" || fail "no line like '$pattern' from '$*', which said: $output"
}
