#!/bin/sh
# A program that a reload removes is told of its end, and its hook may wait although its file is gone by then.
. "${0%/*}/../lib.sh"

config <<'END'
program "gone" {
    cmd = { "sh", "-c", "trap 'while ! test -e now; do sleep 0.02; done; exit 0' TERM; touch there; while :; do sleep 0.02; done" },
    starttime = 0, stdout = "/dev/null", stderr = "/dev/null",
    on_exit = function(p) reeve.sleep(0.2) reeve.log("notice", "told of %s: %s", p.name, reeve.exec({ cmd = "echo late" }).stdout) end,
}
END
run_reeve
wait_for 'test -e there'
config <<'END'
program "other" { cmd = "sleep 1000", starttime = 0 }
END
reeve reload >/dev/null
touch now
wait_for 'grep -q "told of gone: late" "$log"'
! grep -q 'goes on after a crash' "$log" || fail 'reeve has crashed'
assert_equal RUNNING "$(state other)" other
