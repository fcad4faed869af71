#!/bin/sh
# What comes from around reeve is the same after an upgrade: children's limit of descriptors, which is not reeve's own,
# and a relative state_dir, which lies beside the configuration.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { state_dir = "state", workingdir = "/" }
program "web" { cmd = "ulimit -Sn; exec sleep 1000", shell = true, starttime = 0 }
END
# shellcheck disable=SC3045 # the shells that there are have it
ulimit -Sn 200
run_reeve
wait_for 'test "$(reeve tail web)" = 200'
reeve upgrade >"$dir/null"
reeve restart web >"$dir/null"
wait_for 'test "$(reeve tail web | tail -n +2)" = 200'
reeve stop web >"$dir/null"
wait_for 'grep -qs web state/desired'
