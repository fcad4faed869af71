#!/bin/sh
# A chain of 200 programs, each ready at once, is up within 20 ms a link.
. "${0%/*}/../lib.sh"

config <<'END'
for i = 1, 200 do
  program("p" .. i) { cmd = "sleep 1000", starttime = 0, requires = i > 1 and { "p" .. i - 1 } or nil, stdout = "discard", stderr = "discard" }
end
END
began=$(date +%s%3N)
run_reeve
assert_status 0 reeve wait all RUNNING 20s
took=$(($(date +%s%3N) - began))
test "$took" -lt 4000 || fail "it took $took ms"
# Not by their pids: numbers wrap around.
awk '/ p[0-9]+ started / { if ($3 != "p" (n + 1)) bad = 1; n++ } END { exit bad || n < 200 }' "$log" ||
    fail 'they did not start in order'

# The other way round, too.
assert_status 0 reeve stop p1
assert_equal 200 "$(reeve status | grep -c STOPPED)"
