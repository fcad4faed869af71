-- Target states from a server: each box asks what it should run, obeys, reports, and goes on when the server is gone.
local memory = require "reeve.magistrate.memory"
local offer = require("reeve.pass").offer
local pass = require "reeve.magistrate.pass"
local report = require "reeve.magistrate.report"
local reconcile = require "reeve.magistrate.reconcile"
local residents = require "reeve.magistrate.residents"
local target = require "reeve.magistrate.target"
local wire = require "reeve.magistrate.wire"

local magistrate = {}

local followers = {}

-- ---- options ----------------------------------------------------------------------------------

local FIELDS = {
    url = "string", name = "string", interval = "time", timeout = "time", username = "string", password = "string",
    send_env = "boolean", cache = "string", ca_file = "string", insecure = "boolean", proxy = "string",
}

local UNITS = { ms = true, s = true, m = true, h = true, [""] = true }

local function is_time(value)
    local number, unit = tostring(value):match("^(%d+%.?%d*)(%l*)$")
    return number ~= nil and tonumber(number) > 0 and UNITS[unit] ~= nil
end

local function check(options)
    if type(options) ~= "table" then error("follow expects a table", 0) end
    for key, value in pairs(options) do
        local kind = FIELDS[key]
        if not kind then error(("follow: there is no option '%s'"):format(tostring(key)), 0) end
        if kind == "time" and not is_time(value) then
            error(("follow: '%s' is no time such as 60 or \"5m\""):format(key), 0)
        elseif kind ~= "time" and type(value) ~= kind then
            error(("follow: '%s' should be a %s, not a %s"):format(key, kind, type(value)), 0)
        end
    end
    if not (options.url or ""):find("^https?://[^/]") then
        error("follow: 'url' should be the address of a server, such as \"http://127.0.0.1:9292/\"", 0)
    end
end

-- ---- followers --------------------------------------------------------------------------------

-- A relative path is meant from the folder of the configuration.
local function beside(file, path)
    return path:find("^/") and path or (file:match("^.*/") or "") .. path
end

-- What the file could not know yet while it was evaluated.
local function open(f)
    local settings = reeve.settings()
    local options, file = f.options, f.number == 1 and "magistrate.json" or ("magistrate-%d.json"):format(f.number)
    local problem
    f.name = wire.clean_name(options.name or settings.name)
    f.cache = options.cache and beside(settings.file, options.cache)
        or (settings.state_dir and settings.state_dir .. "/" .. file)
    f.memory, problem = memory.load(f.cache, f.name)
    f.report = report.new {
        name = f.name, pid_path = settings.state_dir, url = f.url, file = settings.file, send_env = options.send_env,
    }
    if problem then reeve.log("warning", "magistrate: %s", problem) end
end

-- After a reload the new file's followers are in force, even while a pass of the old one's waits for its server.
local turn

local function take_over()
    if turn then return end
    turn = (reeve.store["reeve.magistrate turn"] or 0) + 1
    reeve.store["reeve.magistrate turn"] = turn
end

local function holds() return reeve.store["reeve.magistrate turn"] == turn end

-- One pass at a time; who asks meanwhile gets another one.
local function poll(f)
    f.wanted = true
    if f.busy or not f.memory then return end
    f.busy = true
    local _ <close> = setmetatable({}, { __close = function() f.busy = false end })
    while f.wanted do
        f.wanted = false
        pass.run(f, residents, f.touched, holds)
        f.touched = nil
    end
end

local function begin(f)
    take_over()
    open(f)
    f.touched = pass.resume(f, residents)
    poll(f)
end

-- A part of a program is its processes' business; a wish for the whole of it holds until the server changes its mind.
local function heed(f, event)
    local t = f.memory and f.memory.workers[event.program]
    if not t or (not event.wanted and residents.is_up(event.program)) then return end
    if not target.override(t, event.wanted and "running" or "stopped") then return end
    f.memory.changed = true
    local saved, why = memory.save(f.memory)
    if not saved then reeve.log("err", "magistrate: %s", why) end
end

--- Follow the target states of a server: `{ url=, name=, interval=60, timeout=30, username=, password=, send_env=false,
--- cache=, ca_file=, insecure=, proxy= }`. It only registers: nobody is asked before the plan is in force.
function magistrate.follow(options)
    local good, why = pcall(check, options)
    if not good then error(why, 2) end
    local url, username, password = wire.split_url(options.url)
    local f = { number = #followers + 1, options = options, url = url, told = {} }
    f.open = function() open(f) end
    local alone = offer(function(what, name) return reconcile.run(followers, what, name) end)
    f.server = wire.server {
        url = url, username = options.username or username, password = options.password or password,
        timeout = options.timeout or 30, ca_file = options.ca_file, insecure = options.insecure, proxy = options.proxy,
    }
    followers[f.number] = f
    if alone then return end
    reeve.task(begin, f)
    reeve.every(options.interval or 60, function() poll(f) end)
    on("refresh", function() poll(f) end)
    on("wish", function(event) heed(f, event) end)
end

return magistrate
