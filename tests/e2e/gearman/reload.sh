#!/bin/sh
# A reload takes other settings over without disturbing the jobs that run.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"

executor waits <<'END'
echo x >>"$FOLDER/begun"
until test -e "$FOLDER/$2"; do sleep 0.02; done
printf '{"type":"complete","colour":"%s"}\n' "$COLOUR"
END
write()
{
    config <<END
program "web" { cmd = "sleep 1000", starttime = 0 }
$1
END
}
write "require('reeve.gearman').supervise {
    servers = { '127.0.0.1:$port' }, env = { FOLDER = '$dir', COLOUR = 'red' },
    functions = { { name = 'f', executor = '$dir/waits', concurrency = 2 } },
}"
start_gearmand
run_reeve
wait_worker f
submit f -u j1 </dev/null >out1 &
wait_for 'test "$(count_lines begun)" -eq 1'

write "require('reeve.gearman').supervise {
    servers = { '127.0.0.1:$port' }, env = { FOLDER = '$dir', COLOUR = 'blue' }, failure = 'exception',
    functions = {
        { name = 'f', executor = '$dir/waits', concurrency = 3 },
        { name = 'g', executor = '$dir/waits' },
    },
}"
reeve reload >reloaded
wait_worker g
expect_line 'gearman:f +RUNNING +1/3 jobs, 0 done, 0 failed' reeve status
submit f -u j2 </dev/null >out2 &
wait_for 'test "$(count_lines begun)" -eq 2'

# A file with a mistake changes nothing.
write "require('reeve.gearman').supervise { functions = { { name = 'h' } } }"
assert_status 1 reeve reload
expect_line 'gearman:f +RUNNING +2/3 jobs, 0 done, 0 failed' reeve status

# Without the call all of them leave, when they can.
write ''
reeve reload >reloaded
wait_state gearman:f STOPPING
wait_for '! reeve status | grep -q gearman:g'
touch j1 j2
wait_for 'test -s out1 -a -s out2'
assert_equal '{"colour":"red"} {"colour":"blue"}' "$(cat out1) $(cat out2)"
wait_for '! reeve status | grep -q gearman'
wait_for 'functions | grep -qx "f.0.0.0"'

# And back again, twice.
write "for _, name in ipairs { 'f', 'g' } do
    require('reeve.gearman').supervise {
        servers = { '127.0.0.1:$port' }, env = { FOLDER = '$dir', COLOUR = name },
        functions = { { name = name, executor = '$dir/waits' } },
    }
end"
reeve reload >reloaded
wait_worker g
assert_equal '{"colour":"g"}' "$(submit g -u j1 </dev/null)"
assert_equal '{"colour":"f"}' "$(submit f -u j1 </dev/null)"
