-- Programs and functions at their time, by the lines that cron knows.
--
--     build/reeve run -c examples/12-schedule.lua
--     build/reeve events -f

local schedule = require "reeve.schedule"

-- What was due while reeve was down is made up for: this is remembered in state_dir.
supervisor { state_dir = "/tmp/demo-state" }

-- Only its schedule starts it, and it is done when it ends.
program "backup" {
    cmd = "sleep 2",
    autostart = false,
    oneshot = true,
    on_exit = function(process, exit)
        if exit.code ~= 0 then reeve.log("err", "%s: %s", process.name, exit.reason) end
    end,
}

program "web" { cmd = "sleep 1000" }

-- At half past two, and not at the same second as all the other machines.
schedule.cron("30 2 * * *", "backup", { missed = "once", jitter = "10m" })

-- While the last report is not through, the next one waits for it.
schedule.cron("*/5 9-17 * * mon-fri", function()
    for _, process in ipairs(reeve.program("web"):processes()) do
        local usage = process:usage()
        if usage then reeve.log("notice", "%s has %d KB", process.name, usage.rss // 1024) end
    end
end, { overlap = "queue" })

-- Every ten minutes, whatever the clock on the wall does.
schedule.every("10m", function() reeve.store.looked = reeve.now() end)

schedule.at("2030-01-01 00:00", function() reeve.log("notice", "happy new year") end)
