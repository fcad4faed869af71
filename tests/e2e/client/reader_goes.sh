#!/bin/sh
# A client whose reader has gone ends, though nothing comes that it could print.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "echo hello; exec sleep 1000", shell = true, starttime = 0 }
END
run_reeve
wait_for 'reeve tail web | grep -q hello'
(reeve tail -f web | head -n 1 >first; touch over) &
wait_for 'test -e over'
assert_equal hello "$(cat first)"
(reeve attach web </dev/null | head -n 1 >first; touch over_again) &
wait_for 'test -e over_again'
