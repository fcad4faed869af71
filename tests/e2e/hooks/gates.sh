#!/bin/sh
# before_start and before_stop hold their step up; an error of the first is a failed start.
. "${0%/*}/../lib.sh"

config <<'END2'
program "web" {
    cmd = "sleep 1000", starttime = 0, startretries = 0,
    before_start = function(p)
        local r = assert(reeve.exec { cmd = { "cat", "licence" } })
        if r.code ~= 0 then error("no licence for " .. p.name, 0) end
    end,
    before_stop = function()
        while not io.open("drained") do reeve.sleep(0.01) end
    end,
}
END2
run_reeve
wait_state web FATAL
expect_line 'web *FATAL *before_start: .*no licence for web' reeve status
touch licence
expect_line 'web: started' reeve start web
reeve stop web --no-wait
expect_line 'web *STOPPING .*before_stop runs, function .*supervisor.lua:7 waits for .* at .*supervisor.lua:8' reeve status
touch drained
wait_state web STOPPED
