-- An advisor is asked, now, what to do after an end: true (restart at once), a number of seconds, false (leave it),
-- "fatal" (give up), or nil (do what the settings say).

program "nightly" {
    cmd = { "/bin/sh", "-c", "sleep 1; exit 1" },
    starttime = 0.2,
    autorestart = function(_, exit)
        if exit.code == 78 then
            return "fatal" -- EX_CONFIG of sysexits.h: trying again mends nothing
        end
        if exit.signal == "KILL" then
            return 60 -- most likely out of memory: give the machine a minute
        end
        local hour = os.date("*t").hour
        if hour >= 22 or hour < 6 then
            return 300 -- at night nobody waits for it
        end
    end,
}
