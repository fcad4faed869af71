#!/bin/sh
# Who waits for something to happen does not hang, nor does who evaluates a file within the time that it has for that.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { hang_limit = 0.9 }
program "later" { cmd = "sleep 2; touch later", shell = true, oneshot = true }
END
run_reeve
wait_for 'test -e later' # nobody asks reeve anything meanwhile

cat >>supervisor.lua <<'END'
local start = os.time()
while os.time() < start + 2 do end
program "new" { cmd = "sleep 1000", starttime = 0 }
END
expect_line 'added: new' reeve reload
! grep -q 'after a hang' "$log" || fail 'it did not hang'
