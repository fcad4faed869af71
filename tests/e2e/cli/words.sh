#!/bin/sh
# The verbs of the command line that need no supervisor, and how wrong words are told.
. "${0%/*}/../lib.sh"

cli()
{
    timeout 30 "$REEVE" "$@"
}
expect_line 'reeve .+' cli --version
assert_status 0 cli help
expect_line ' +run \[-c FILE\].*' cli help
expect_line 'status \[TARGET….*' cli help
expect_line 'tail \[-f\].*' cli help tail
expect_line 'tail \[-f\].*' cli tail --help
expect_line 'tail \[-f\].*' cli tail web -s unix:/nowhere --help
for verb in run init status upgrade alert; do # of the supervisor's, some come from other rooms
    assert_status 0 cli "$verb" --help
done
expect_line 'reeve run .*' cli run -h
assert_status 2 cli help frobnicate
assert_status 2 cli
assert_status 2 cli frobnicate
expect_line ".*did you mean 'status'.*" cli statsu
expect_line ".*did you mean 'check'.*" cli chek
expect_line ".*did you mean 'health'.*" cli heath
assert_status 2 cli conver supervisord.conf
assert_status 2 cli -c supervisor.lua
expect_line '.*: reeve run -c FILE .*' cli -c supervisor.lua
for verb in run check plan convert reconcile; do
    assert_status 2 cli "$verb" --frobnicate
    expect_line "reeve: $verb: unrecognized option '--frobnicate'" cli "$verb" --frobnicate
    expect_line ".reeve help $verb. tells more" cli "$verb" --frobnicate
done
assert_status 2 cli check there
assert_status 2 cli check --json
assert_status 2 cli convert

assert_status 0 cli init
assert_status 0 cli check
assert_status 1 cli init
assert_status 0 cli init other.lua
assert_equal hello "$(cli plan --json | json '[p["name"] for p in r["programs"]][0]')"
expect_line 'program "hello" \{' cli plan -c other.lua

# A file is offered only where one is missing.
expect_line '.*No such file.*reeve init.*' cli check -c nowhere.lua
expect_line '.*: Not a directory' cli check -c other.lua/supervisor.lua

# Who is not there, and why.
assert_status 5 cli status -s "unix:$dir/sock"
expect_line 'reeve: not running: .*' cli status -s "unix:$dir/sock"
expect_line 'reeve: wrong path: .*' cli status -s "unix:$dir/nowhere/sock"
expect_line 'reeve: wrong path: .*' cli status -s "unix:$dir/other.lua"
expect_line 'reeve: not running: .*' cli status -s "tcp:127.0.0.1:$(free_port)"

# What cannot be written is no success.
onto_a_full_disk()
{
    timeout 30 "$REEVE" "$@" >/dev/full
}
assert_status 1 onto_a_full_disk plan
assert_status 1 onto_a_full_disk help
run_reeve
assert_status 1 onto_a_full_disk status -s "$socket"
