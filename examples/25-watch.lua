-- For who is writing the program: it is restarted when one of its files has changed.
--
--     build/reeve run -c examples/25-watch.lua
--     touch /tmp/reeve-watch/anything

local sources = "/tmp/reeve-watch"

program "app" { cmd = "mkdir -p " .. sources .. " && cd " .. sources .. " && exec sleep 1000", shell = true }

local since = reeve.now()
reeve.every("1s", function()
    local now = reeve.now()
    local found = reeve.exec { cmd = { "find", sources, "-type", "f", "-newermt", "@" .. since, "-print", "-quit" } }
    if not found or found.stdout == "" then return end
    since = now
    reeve.log("notice", "%s has changed", found.stdout:match("[^\n]*"))
    reeve.program("app"):restart()
end)
