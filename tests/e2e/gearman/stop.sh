#!/bin/sh
# At the end nothing more is taken, running jobs report, and then programs are stopped; who takes too long is killed.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"

executor waits <<'END'
mkdir -p deep/er && i=0 && while [ $i -lt 500 ]; do : >deep/er/$i; i=$((i + 1)); done
echo $$ >>"$FOLDER/pids"
until test -e "$FOLDER/go"; do sleep 0.02; done
echo '{"type":"complete"}'
END
with_stoptime()
{
    rm -f go pids
    config <<END
program "web" { cmd = "sleep 1000", starttime = 0 }
require("reeve.gearman").supervise {
    servers = { "127.0.0.1:$port" }, env = { FOLDER = "$dir" }, stoptime = $1,
    workdir = "$dir/work", functions = { { name = "f", executor = "$dir/waits" } },
}
END
    run_reeve
    wait_worker f
}
mkdir work
start_gearmand
with_stoptime 10
submit f </dev/null >out &
wait_for 'test -s pids'
submit f -b </dev/null
kill "$reeve_pid"
wait_state gearman:f STOPPING
assert_equal RUNNING "$(state web)"
touch go
wait_end
assert_equal 0 "$reeve_status"
wait_for 'test -s out'
assert_equal '{}' "$(cat out)"
assert_equal 1 "$(count_lines pids)" 'jobs that were begun'
wait_for 'functions | grep -qx "f.1.0.0"'
test "$(grep -n 'gearman:f: removed' log | cut -d: -f1)" -lt "$(grep -n 'web.*stopped' log | cut -d: -f1)" ||
    fail "web was stopped before the jobs had reported"

# The job that waits is taken by the next life; it is given back when the time is over.
with_stoptime 0.2
wait_for 'test -s pids'
pid=$(cat pids)
stop_reeve
assert_equal 0 "$reeve_status"
assert_equal '' "$(ls work)" 'what is left of the job'
is_alive "$pid" && fail "the executor is left"
wait_for 'functions | grep -qx "f.1.0.0"'
grep -q 'jobs that still run are given up' log || fail "nothing is said of the job"

# The second signal does not wait.
with_stoptime 1000
wait_for 'test -s pids'
kill "$reeve_pid"
wait_state gearman:f STOPPING
kill "$reeve_pid"
wait_end
wait_for 'functions | grep -qx "f.1.0.0"'
assert_equal '' "$(ls work)" 'what is left of the jobs'
