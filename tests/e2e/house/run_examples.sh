#!/bin/sh
# Every example does what it is there to show; all of them run side by side.
. "${0%/*}/../lib.sh"

# Nobody is there whom an example would call.
export WEBHOOK=http://127.0.0.1:1/ RELAY=smtp://127.0.0.1:1 MAGISTRATE_URL=http://127.0.0.1:1/ BOX=one
unset DB_HOST DB_PASSWORD STATE_DIR
started=

# NAME [SED]: run the example as it is, but for its ports, how long it sleeps, and its folders in /tmp.
start()
{
    name=$1
    mkdir "$name"
    sed "s,/tmp/,$dir/$name/,g; ${2:-}" "$root/examples/$name.lua" >"$name/supervisor.lua"
    started="$started $name"
    env PWD="$root" "$REEVE" run -c "$name/supervisor.lua" -s "unix:$dir/$name/sock" >"$name/log" 2>&1 &
    echo "$!" >"$name/pid"
}
ask() { name=$1; shift; timeout 30 "$REEVE" "$@" -s "unix:$dir/$name/sock"; }
runs() { log=$dir/$1/log; wait_for "test \"\$(ask $1 status '$2' 2>/dev/null | grep -c RUNNING)\" -eq ${3:-1}"; }
logs() { log=$dir/$1/log; wait_for "grep -q '$2' '$dir/$1/log'"; }
asked_for() { python3 -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=10).read().decode())' "$1"; }

sockets=$(free_port)
echo=$(free_port)
web=$(free_port)
metrics=$(free_port)
start 01-hello
start 02-settings "s/8099/$(free_port)/"
start 03-pool
start 04-crash-report 's/sleep 2/sleep 0.7/'
start 05-advisor
start 06-logs
start 07-order
start 08-escalation 's/sleep 2/sleep 1.1/'
start 09-webhook 's/sleep 20/sleep 0.1/; s/after(5/after(0.1/'
mkdir -p 10-deploy-files/releases/1
start 10-deploy "s,$dir/10-deploy/demo,$dir/10-deploy-files,"
start 11-sockets "s/8080/$sockets/"
start 12-schedule
start 13-alerts
start 14-detached
start 15-magistrate
start 16-cluster 's/2379/1/'
start 17-database 's/sleep 20/sleep 0.1/'
start 20-workers
start 21-echo "s/7007/$echo/"
start 22-http "s/8080/$web/"
start 23-autoscale
start 24-metrics "s/9109/$metrics/"
start 25-watch 's/"1s"/"100ms"/'
mkdir -p 23-autoscale/reeve-queue
for job in $(seq 40); do : >"23-autoscale/reeve-queue/$job"; done

runs 01-hello hello
runs 02-settings web
runs 03-pool @crunchers 6
logs 04-crash-report 'fragile on .* exited with status 3 .* Its last words:'
logs 05-advisor 'nightly exited with status 1'
runs 06-logs all 4
wait_for 'grep -q another 06-logs/reeve-example-plain.log && grep -q "one line" 06-logs/reeve-example-rotated.log'
wait_for 'grep -q "^prefixed | one line" 06-logs/log'
runs 07-order api
ask 07-order status migrate | grep -q EXITED || fail 'migrate is not done'
logs 08-escalation 'flaky exited with status 1 .*, restarting$'
logs 09-webhook 'the webhook does not answer'
runs 10-deploy app 3
mkdir 10-deploy-files/releases/2
echo 2 >10-deploy-files/wanted
runs 11-sockets web 2
asked_for "http://127.0.0.1:$sockets/" | grep -q 'hello from web:' || fail 'no answer on the socket'
runs 12-schedule web
ask 12-schedule schedules | grep -q backup || fail 'no schedule of the backup'
wait_for 'ask 13-alerts alert test | grep -q "email to ops@example.com: ERROR"'
runs 14-detached all 2
logs 15-magistrate '127.0.0.1:1'
logs 16-cluster '127.0.0.1:1'
logs 17-database 'an exit is not recorded'
runs 20-workers crunch 17
ask 20-workers tail crunch | grep -q 'crunch:17: 1000000017 = ' || fail 'the last worker has no result'
runs 21-echo echo 2
printf 'who\n' | timeout 10 nc -N 127.0.0.1 "$echo" | grep -q '^echo:[12]: who$' || fail 'no echo'
runs 22-http web 2
asked_for "http://127.0.0.1:$web/x" | grep -q 'web:[0-9]* answers /x' || fail 'no page'
wait_for 'test "$(ask 23-autoscale status work | wc -l)" -ge 4'
runs 24-metrics metrics
asked_for "http://127.0.0.1:$metrics/metrics" | grep -q '^reeve_process_up.*"hello".* 1$' || fail 'no metrics on the page'
runs 25-watch app
touch 25-watch/reeve-watch/anything
logs 25-watch 'anything has changed'
logs 10-deploy 'release 2 is live'

# Nobody has been forgotten: the others have demonstrations of their own (demo.sh, jobs.sh, gearman/jobs.sh).
(cd "$root/examples" && printf '%s\n' *.lua) | sed 's/\.lua$//' | grep -vx '18-gearman\|19-gearman-table\|demo' >all
# shellcheck disable=SC2086 # a list of names
assert_equal "$(cat all)" "$(printf '%s\n' $started)" 'what was started'

for name in $started; do
    ask "$name" shutdown >/dev/null
done
for name in $started; do
    status=0
    wait "$(cat "$name/pid")" || status=$?
    log=$dir/$name/log
    assert_equal 0 "$status" "the end of $name"
done
