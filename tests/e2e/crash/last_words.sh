#!/bin/sh
# What a program wrote is not forgotten because reeve crashes: neither the last words that are kept in memory, nor the
# beginning of a line whose end is yet to come.
. "${0%/*}/../lib.sh"

mkfifo go
config <<'END'
supervisor { max_lives = 100 }
program "kept" { cmd = "seq 1 5000; exec sleep 1000", shell = true, starttime = 0 }
program "begun" {
  cmd = "printf 'the beginning'; read line <go; echo ' and the end'; exec sleep 1000", shell = true, starttime = 0,
  stdout = { path = "begun.log", prefix = true },
}
END
run_reeve
wait_for 'reeve tail kept | grep -q 5000'
wait_for 'reeve tail begun stdout | grep -q beginning'
before=$(reeve tail -n 3000 kept)
for i in 1 2 3; do
    kill -SEGV "$reeve_pid"
    wait_for "test \$(grep -c 'goes on after a crash' '$log') -eq $i"
done
assert_equal "$before" "$(reeve tail -n 3000 kept)" "the last words"
echo >go
wait_for 'test -s begun.log'
assert_equal 'begun | the beginning and the end' "$(cat begun.log)"
