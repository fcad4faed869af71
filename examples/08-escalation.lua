-- Restarts that escalate: at once, then with a pause, then a person is called. A hook may wait: nobody waits for it.
--
--     build/reeve run -c examples/08-escalation.lua
--     build/reeve tasks

-- How many unexpected ends within the last ten minutes; kept over reloads.
local function count_crash(name)
    local crashes = {}
    for _, at in ipairs(reeve.store["crashes of " .. name] or {}) do
        if at > reeve.now() - 600 then crashes[#crashes + 1] = at end
    end
    crashes[#crashes + 1] = reeve.now()
    reeve.store["crashes of " .. name] = crashes
    return #crashes
end

-- An advisor answers at once: true restarts now, a number after so many seconds, "fatal" not at all.
local function escalate(process, exit)
    if exit.expected then return nil end
    local crashes = count_crash(process.name)
    if crashes <= 3 then return true end
    if crashes <= 6 then return 2 ^ crashes end
    return "fatal"
end

-- Before somebody is called, look whether it comes back by itself: at night, wait longer.
local function call_somebody(process, exit)
    local hour = tonumber(os.date("%H"))
    reeve.sleep(hour < 7 and "10m" or "1m")
    if process.state ~= "FATAL" then return end
    reeve.log("err", "%s is down: %s. Somebody has to look at it", process.name, exit.reason)
end

program "flaky" {
    cmd = { "sh", "-c", "sleep 2; exit 1" },
    starttime = 1,
    autorestart = escalate,
    on_fatal = call_somebody,
}
