#!/bin/sh
# What the container's recipe copies is there, what it runs is ours, and its configuration does as it says.
. "${0%/*}/../lib.sh"

recipe=$root/contrib/docker/Dockerfile
sources=$(awk '$1 == "COPY" && $2 !~ /^--/ { print $2 }' "$recipe")
test -n "$sources" || fail 'it copies nothing'
for path in $sources; do
    test -e "$root/$path" || fail "there is no $path"
done
grep -q 'contrib/setup build' "$recipe" || fail 'it does not install what the build needs'
assert_equal '["reeve", "run"]' "$(sed -n 's/^ENTRYPOINT //p' "$recipe")"
"$REEVE" help | grep -q '^ *health' || fail 'its health check is no verb'

# As it is copied: where nobody has given a configuration.
cp "$root/contrib/docker/supervisor.lua" .
run_reeve
wait_for 'grep -qxF "main | mount a supervisor.lua at /etc/reeve" out'
wait_state main RUNNING
assert_status 0 reeve health
kill -KILL "$(pid_of main)"
wait_end
assert_equal 137 "$reeve_status" "the container's status"
