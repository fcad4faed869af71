#!/bin/sh
# Whatever an executor does, its job ends once, the client hears why, and its slot is free again.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"

executor fails <<'END'
case $(cat) in
status) echo a reason >&2; exit 3 ;;
silent) exit 0 ;;
signal) kill -KILL $$ ;;
stubborn) trap '' TERM; echo $$ >>"$PIDS"; while :; do sleep 1; done ;;
family) sleep 1000 & echo $! >>"$PIDS"; wait ;;
polite) trap 'exit 0' TERM; while :; do sleep 0.05; done ;;
loud) while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done ;;
river) while :; do printf xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done ;;
endless) while :; do printf xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done >&2 ;;
long) head -c 200000 /dev/zero | tr '\0' y >&2; echo the end >&2; exit 1 ;;
bulk) head -c 60000 /dev/zero | tr '\0' '\n'; echo '{"type":"complete","bulk":true}'; exit 3 ;;
heir) { sleep 0.1; echo '{"type":"complete","heir":true}'; } & exit 3 ;;
gone) rm "$0"; echo '{"type":"complete"}' ;;
*) echo '{"type":"complete","good":true}'; echo '{"type":"complete","good":false}'; sleep 0.1; exit 7 ;;
esac
END
executor deaf <<'END'
exec <&-
echo '{"type":"complete","read":0}'
END
config <<END
require("reeve.gearman").supervise {
    servers = { "127.0.0.1:$port" },
    timeout = 1, max_output = "1MB",
    env = { PIDS = "$dir/pids" },
    functions = { { name = "f", executor = "$dir/fails" }, { name = "deaf", executor = "$dir/deaf", timeout = false } },
}
END
start_gearmand
run_reeve
wait_worker f

# The client's output, warnings and exit status.
fails()
{
    status=0
    said=$(printf '%s' "$1" | submit f -u id 2>&1) || status=$?
    test "$status" -ne 0 || fail "$1: the client thinks it went well: $said"
    case $said in
    *"$2"*) ;;
    *) fail "$1: no '$2' in: $(printf '%s' "$said" | tail -c 300)" ;;
    esac
    # There is one slot: another job shows that it is free.
    assert_equal '{"good":true}' "$(printf fine | submit f)" "after $1"
}
fails status 'Error: worker executor exited with 3
a reason
["f","id","6"]'
fails silent 'Error: worker executor exited with 0 and never said complete'
fails signal 'Error: worker executor was killed by SIGKILL'
fails polite 'Error: worker executor took longer than 1s'
fails loud 'Error: worker executor wrote more than 1048576 bytes to stdout'
fails river 'Error: worker executor wrote more than 1048576 bytes to stdout'
fails endless 'Error: worker executor wrote more than 1048576 bytes to stderr'
fails family 'Error: worker executor took longer than 1s'
fails stubborn 'Error: worker executor took longer than 1s'
fails long 'the end'
test "$(printf long | submit f -u id 2>&1 | tr -cd y | wc -c)" -le 65536 || fail "more than 64 KB of stderr are told"
test "$(wc -l <pids)" -eq 2 || fail "not both have begun"
while read -r pid; do
    wait_for '! is_alive "$pid"'
done <pids

# What it has written counts, though its exit is known before it is read; also what a child of its still writes.
assert_equal '{"bulk":true}' "$(printf bulk | submit f)"
assert_equal '{"heir":true}' "$(printf heir | submit f)"

# Its input need not be read.
head -c 1000000 /dev/zero >big
assert_equal '{"read":0}' "$(submit deaf <big)"

# An executor that is not there any more.
assert_equal '{}' "$(printf gone | submit f)"
said=$(printf x | submit f 2>&1) && fail "a job without an executor went well"
case $said in
*"exec '$dir/fails': No such file or directory"*) ;;
*) fail "the reason is not told: $said" ;;
esac
expect_line 'gearman:f +RUNNING +0/1 jobs, 13 done, 12 failed' reeve status
