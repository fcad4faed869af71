#!/bin/sh
# A password is in no log, event, plan or setting that is shown, and on no command line, also when it is mistyped.
. "${0%/*}/../lib.sh"

port=$(free_port)
echo hunter2 >password
config <<'END'
supervisor { password = "hunter2", env = { SHOWN = "yes" } }
program "web" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve -v -s "tcp:127.0.0.1:$port"
wait_state web RUNNING

timeout 30 "$REEVE" pid -s "tcp:127.0.0.1:$port" --password-file password >/dev/null
printf 'auth hunter2x\nauth hunter2\nshow web\nreload\nquit\n' | timeout 30 nc -N 127.0.0.1 "$port" >answer
grep -q cmd answer || fail "it was not let in: $(cat answer)"
printf '{"verb":"auth","args":["hunter2y"],"id":1}\n{"verb":"auth","args":["hunter2"],"id":2}\n' |
    timeout 30 nc -N 127.0.0.1 "$port" >>answer
{
    reeve log -n 1000
    reeve events -n 1000
    reeve show web
    "$REEVE" plan
    "$REEVE" plan --json
    tr '\0' ' ' <"/proc/$reeve_pid/cmdline"
    tr '\0' '\n' <"/proc/$(pid_of web)/environ"
} >shown
grep -q SHOWN shown || fail 'the plan is not there'
for file in "$log" answer shown; do
    ! grep -n hunter2 "$file" || fail "it is in ${file##*/}"
done
# Nor in what a next life is to know, but for the configuration itself.
for file in "/proc/$reeve_pid/fd/"*; do
    case $(readlink "$file") in
    /memfd:reeve*) ! grep -q 'hunter2[xy]' "$file" || fail 'it is in the state' ;;
    esac
done
grep -q '"\*\*\*"' shown || fail 'the plan does not say that there is one'
