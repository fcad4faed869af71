#!/bin/sh
# While calls of the system fail by chance (no descriptors, no processes, no space, no memory), reeve goes on as well as
# it can; when they do not any more, everything is as it should be.
. "${0%/*}/../lib.sh"

! is_sanitized || skip 'the sanitizers stand between reeve and its calls'
one_in()
{
    REEVE="$REEVE" PROGRAMS="$PROGRAMS" PYTHONDONTWRITEBYTECODE=1 python3 "$e2e/faults/faults.py" "$dir/faults" "$1"
}
config <<'END'
supervisor { max_lives = 1000000 }
local patient = { starttime = 0, startretries = 1000000, backoff = 0.02, autorestart = true }
local function add(name, settings)
  for key, value in pairs(patient) do settings[key] = settings[key] or value end
  program(name)(settings)
end
add("brief", { cmd = "sleep 0.05", numprocs = 3 })
add("loud", { cmd = "while :; do echo some words; sleep 0.01; done", shell = true, stdout = { path = "loud.log", max_size = "4KB" } })
add("plain", { cmd = "sleep 1000", stdout = "plain.log", numprocs = 5 })
add("hooked", { cmd = "sleep 0.1", on_exit = function() reeve.sleep(0.01); reeve.store.ends = (reeve.store.ends or 0) + 1 end })
END
export LD_PRELOAD="$PROGRAMS/faults.so" FAULTS="$dir/faults"
one_in 0
run_reeve
wait_for 'test "$(reeve status plain | grep -c RUNNING)" -eq 5'
for every in 50 20 8; do
    one_in "$every"
    for i in 1 2 3 4 5 6; do
        "$REEVE" restart "plain:$((i % 5 + 1))" loud --no-wait -s "$socket" >>"$dir/null" 2>&1 || true
        "$REEVE" status -s "$socket" >>"$dir/null" 2>&1 || true
    done
    is_alive "$reeve_pid" || fail "it has ended"
    one_in 0
    reeve start all >>"$dir/null" 2>&1 || true
    wait_for 'test "$(reeve status plain loud | grep -c RUNNING)" -eq 6'
done
count_children()
{
    ps -o pid= --ppid "$reeve_pid" | wc -l
}
reeve stop brief hooked >"$dir/null"
wait_for 'test "$(count_children)" -eq 6'
lines=$(reeve tail loud | wc -l)
test "$lines" -gt 0 || fail "nothing more is kept of its output"
stop_reeve
assert_equal 0 "$reeve_status"
assert_equal '' "$(leftovers)"
