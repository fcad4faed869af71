#!/bin/sh
# The worker says and hears what the protocol wants, whatever the server does.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"

executor waits <<'END'
until test -e "$FOLDER/$2"; do sleep 0.02; done
echo '{"type":"complete"}'
END
config <<END
supervisor { log_level = "info" }
require("reeve.gearman").supervise {
    servers = { "127.0.0.1:$port" }, env = { FOLDER = "$dir" },
    functions = { { name = "f", executor = "$dir/waits", concurrency = 2 } },
}
END
start_jobserver
run_reeve

# It introduces itself in one go, without blanks, and sleeps.
wait_heard '1 PRE_SLEEP'
assert_equal "1 OPTION_REQ exceptions|1 CAN_DO f|1 PRE_SLEEP|" "$(grep -v 'CLIENT\|connected\|listening' heard | tr '\n' '|')"
wait_heard '1 SET_CLIENT_ID reeve::v[^ ]*::[^ ]*::f=2'

# It grabs one job, then more as long as there are slots; without a job it sleeps.
tell noop 1
wait_heard '1 GRAB_JOB_UNIQ'
assert_equal 1 "$(count_heard '1 GRAB_JOB_UNIQ')" grabs
tell job 1 H:1 f one x
wait_for 'test "$(count_heard "1 GRAB_JOB_UNIQ")" -eq 2'
tell no-job 1
wait_for 'test "$(count_heard "1 PRE_SLEEP")" -eq 2'

# From now on byte by byte. With both slots taken it grabs nothing, and errors are no end.
tell slowly
tell noop 1
wait_for 'test "$(count_heard "1 GRAB_JOB_UNIQ")" -eq 3'
tell job 1 H:2 f two x
wait_for 'reeve status | grep -q 2/2'
tell noop 1
tell error 1
wait_for 'grep -q "says: JOB_NOT_FOUND a job that nobody knows" log'
assert_equal 3 "$(count_heard '1 GRAB_JOB_UNIQ')" 'grabs with all slots taken'
touch one
wait_heard '1 WORK_COMPLETE H:1 \{\}'
wait_for 'test "$(count_heard "1 GRAB_JOB_UNIQ")" -eq 4'

# Several packets at once, one that nobody knows among them, and a job that nobody asked for: one grab is not answered.
tell "raw 1 b'\0RES\0\0\0\x63\0\0\0\0\0RES\0\0\0\x0a\0\0\0\0\0RES\0\0\0\x0a\0\0\0\0'"
wait_for 'grep -q "sent packet 99, which nobody waits for" log'
tell job 1 H:3 f three x
wait_heard '1 WORK_WARNING H:3 nobody has asked for it'
wait_heard '1 WORK_FAIL H:3'

# A job that is too large is refused, and what is behind it is heard.
tell noop 1
wait_for 'test "$(count_heard "1 GRAB_JOB_UNIQ")" -ge 5'
tell huge 1 H:4
wait_heard '1 WORK_WARNING H:4 the workload is too large: at most 134217728 bytes are taken'
wait_heard '1 WORK_FAIL H:4'
grabs=$(count_heard '1 GRAB_JOB_UNIQ')
tell noop 1
wait_for 'test "$(count_heard "1 GRAB_JOB_UNIQ")" -gt 5'
tell job 1 H:5 g other x
wait_heard '1 WORK_WARNING H:5 this worker was asked for another function'

# A server that talks nonsense is left and tried again; the unanswered grabs are forgotten, the result of a job that
# came before is discarded.
tell "raw 1 b'HTTP/1.1 400'"
wait_heard '2 CAN_DO f'
grep -q "lost the connection to 127.0.0.1:$port: it does not speak Gearman's protocol" log || fail "it does not say why"
touch two
wait_for 'grep -q "the result of job H:2 is discarded" log'
wait_for 'reeve status | grep -q "RUNNING *0/2 jobs, 1 done, 3 failed"'
tell noop 2
wait_heard '2 GRAB_JOB_UNIQ'
tell job 2 H:6 f six x
wait_for 'test "$(count_heard "2 GRAB_JOB_UNIQ")" -eq 2'
tell no-job 2
touch six
wait_heard '2 WORK_COMPLETE H:6 \{\}'
for job in 1 3 4 5 6; do
    assert_equal 1 "$(count_heard ". WORK_(COMPLETE|FAIL|EXCEPTION) H:$job.*")" "reports of job $job"
done
assert_equal 0 "$(count_heard '. WORK_.* H:2.*')" 'reports of the job that was lost'

# At the end it takes its ability back.
stop_reeve
wait_heard '2 CANT_DO f'
assert_equal 0 "$reeve_status"
