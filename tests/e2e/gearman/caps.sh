#!/bin/sh
# Only executors that say that they do single jobs are used; those that do not answer hold the others up for 10 s at most.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"

answers()
{
    printf '#!/bin/sh\n%s\n' "$2" >"$1"
    chmod "${3:-755}" "$1"
}
answers good "test \$# = 1 -a \$1 = --caps -a \"\$COLOUR\" = blue -a -z \"\$HOME\" && echo '{\"caps\":[\"multi\",\"single\"]}'"
answers turns "test ! -e $dir/busy || exec sleep 1000; echo '{\"caps\":[\"single\"]}'"
answers other "echo '{\"caps\":[\"multi\"]}'"
answers rubbish 'echo caps'
answers failing "echo '{\"caps\":[\"single\"]}'; exit 1"
answers plain "echo '{\"caps\":[\"single\"]}'" 644
answers hanging 'exec sleep 1000'
answers hanging2 'exec sleep 1000'
config <<END
supervisor { log_level = "info" }
local functions = {}
for _, name in ipairs { "good", "turns", "other", "rubbish", "failing", "plain", "hanging", "hanging2", "missing" } do
    functions[#functions + 1] = { name = name, executor = "$dir/" .. name }
end
require("reeve.gearman").supervise { servers = { "127.0.0.1:$port" }, functions = functions, env = { COLOUR = "blue" } }
END
start_gearmand
began=$(date +%s)
run_reeve
poll 'reeve status | grep -q gearman:good' || wait_for 'reeve status | grep -q gearman:good'
test $(($(date +%s) - began)) -ge 9 || fail "it did not wait for those who hang"
assert_equal 2 "$(reeve status | wc -l)" functions
reason()
{
    grep -q "gearman: '$1' is not done here: $dir/$1 --caps: $2" log || fail "$1: not '$2'"
}
reason other 'its answer is not {"caps":\["single"\]}'
reason rubbish 'its answer is not'
reason failing 'it exited with status 1'
reason plain "exec '$dir/plain': Permission denied"
reason hanging 'it took longer than 10s and was killed'
reason hanging2 'it took longer than 10s and was killed'
reason missing "exec '$dir/missing': No such file or directory"

# One that does jobs already stays when it is too busy to answer, and goes when it answers otherwise.
: >busy
reeve refresh
poll 'grep -q "gearman:turns: .* it did jobs before, and is kept" log' ||
    wait_for 'grep -q "gearman:turns: .* it did jobs before, and is kept" log'
assert_equal RUNNING "$(state gearman:turns)"
assert_equal RUNNING "$(state gearman:good)"

# So it does when reeve has no descriptor left to ask it with.
command -v prlimit >"$dir/null" || exit 0
rm busy
: >log
next=0
while test -e "/proc/$reeve_pid/fd/$next"; do next=$((next + 1)); done
limit=$(prlimit --pid "$reeve_pid" --nofile --noheadings --output SOFT)
prlimit --pid "$reeve_pid" --nofile="$next":
kill -USR2 "$reeve_pid"
wait_for 'grep -q "gearman:good: .* it did jobs before, and is kept" log'
prlimit --pid "$reeve_pid" --nofile="$limit":
assert_equal RUNNING "$(state gearman:good)"
