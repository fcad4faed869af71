#!/bin/sh
# Hooks that are told of an end may finish before reeve ends, also that of the program whose end was reeve's.
. "${0%/*}/../lib.sh"

config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0,
    on_exit = function() reeve.sleep(0.1) reeve.log("notice", "exit is heard") end,
    on_stop = function() reeve.sleep(0.1) reeve.log("notice", "stop is heard") end,
}
program "main" { cmd = { "sh", "-c", "while ! test -e now; do sleep 0.02; done" }, essential = true, starttime = 0,
    on_exit = function() reeve.sleep(0.5) reeve.log("notice", "main is heard") end,
}
on("shutdown", function() reeve.sleep(0.3) reeve.log("notice", "shutdown is heard") end)
END
run_reeve
touch now
wait_end
assert_equal 0 "$reeve_status" 'exit status'
for what in exit stop main shutdown; do
    grep -q "$what is heard" "$log" || fail "$what was not heard to the end"
done
