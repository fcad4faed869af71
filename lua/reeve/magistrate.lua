-- Target states from a server: each box asks what it should run, obeys, reports, and goes on when the server is gone.
local cluster = require "reeve.cluster"
local etcd = require "reeve.magistrate.etcd"
local inside = require "reeve.inside"
local keeper = require "reeve.magistrate.keeper"
local memory = require "reeve.magistrate.memory"
local offer = require("reeve.pass").offer
local pass = require "reeve.magistrate.pass"
local report = require "reeve.magistrate.report"
local reconcile = require "reeve.magistrate.reconcile"
local residents = require "reeve.magistrate.residents"
local target = require "reeve.magistrate.target"
local unknown = require "reeve.unknown"
local wire = require "reeve.magistrate.wire"

local magistrate = {}

local followers = {}

-- ---- options ----------------------------------------------------------------------------------

local FIELDS = {
    etcd = "list", prefix = "string", lease = "time",
    url = "string", name = "string", interval = "time", timeout = "time", username = "string", password = "string",
    send_env = "boolean", cache = "string", ca_file = "string", cert_file = "string", key_file = "string",
    insecure = "boolean", proxy = "string",
}

local function is_time(value)
    local seconds = inside.duration(value)
    return seconds and seconds > 0
end

local PURPOSE = { etcd = { send_env = true }, url = { prefix = true, lease = true } }

local function list_of(value) return type(value) == "table" and value or { value } end

local function is_url(text) return type(text) == "string" and text:find("^https?://[^/]") ~= nil end

-- Each check calls `complain` with what is wrong.

local function check_address(options, complain)
    if (options.url == nil) == (options.etcd == nil) then
        return complain("it needs either 'url', the address of a server, or 'etcd'")
    end
    if options.url and not is_url(options.url) then
        complain("'url': expected the address of a server, such as \"http://127.0.0.1:9292/\"")
    end
    for _, url in ipairs(list_of(options.etcd)) do
        if not is_url(url) then complain("'etcd': expected an address such as \"http://127.0.0.1:2379\"") end
    end
    for key in pairs(options.url and PURPOSE.url or PURPOSE.etcd) do
        if options[key] ~= nil then
            complain("'%s' does not go with '%s'", key, options.url and "url" or "etcd")
        end
    end
end

local function check_identity(options, complain)
    if options.etcd and (options.username == nil) ~= (options.password == nil) then
        complain("'username' and 'password' go together")
    end
    if options.key_file and not options.cert_file then
        complain("'key_file' means nothing without 'cert_file'")
    end
end

local function check_option(key, value, complain)
    local kind = FIELDS[key]
    if not kind then
        complain("%s", unknown(key, FIELDS))
    elseif kind == "list" then
        if type(value) ~= "string" and (type(value) ~= "table" or not value[1]) then
            complain("'%s': expected a text or a list of texts", key)
        end
    elseif kind == "time" then
        if not is_time(value) then complain("'%s': expected a time such as 60 or \"5m\"", key) end
    elseif type(value) ~= kind then
        complain("'%s': expected a %s, got a %s", key, kind == "string" and "text" or kind, type(value))
    end
end

-- All that is wrong with the options, sorted: a table's own order is nobody's.
local function mistakes(options)
    local found = {}
    local function complain(format, ...) found[#found + 1] = "follow: " .. format:format(...) end
    if type(options) ~= "table" then return { "follow expects a table" } end
    for key, value in pairs(options) do check_option(key, value, complain) end
    check_address(options, complain)
    check_identity(options, complain)
    table.sort(found)
    return found
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
    f.report = report.new({
        name = f.name, pid_path = settings.state_dir, url = f.url, file = settings.file, send_env = options.send_env,
    }, f.write)
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

local function passes(f)
    take_over()
    if not f.memory then
        open(f)
        f.touched = pass.resume(f, residents)
    end
    if f.attend then f.attend() end -- who holds a lock has no time to lose
    repeat
        f.wanted = false
        pass.run(f, residents, f.touched, holds)
        f.touched = nil
        if f.attend then f.attend() end
    until not f.wanted
end

-- A task that is cut off, for the machine was too busy, is begun anew the next time.
local function runs(handle) return handle ~= nil and handle:runs() end

-- One pass at a time; who asks meanwhile gets another one. It starts and stops many, and runs
-- nothing of the user's: it is a task of ours.
local function poll(f)
    f.wanted = true
    if not runs(f.passes) then f.passes = inside.task(passes, f) end
end

-- A part of a program is its processes' business; a wish for the whole of it holds until the server changes its mind.
local function heed(f, event)
    if f.keeper then f.keeper.park(event.program, event.wanted) end
    local t = f.memory and f.memory.workers[event.program]
    if not t or (not event.wanted and residents.is_up(event.program)) then return end
    if not target.override(t, event.wanted and "running" or "stopped") then return end
    f.memory.changed = true
    local saved, why = memory.save(f.memory)
    if not saved then reeve.log("err", "magistrate: %s", why) end
end

-- A server of magistrate's.
local function follow_url(f, options)
    local username, password
    f.url, username, password = wire.split_url(options.url)
    f.write, f.interval = wire.form, 60
    f.server = wire.server {
        url = f.url, username = options.username or username, password = options.password or password,
        timeout = options.timeout or 30, ca_file = options.ca_file, cert_file = options.cert_file,
        key_file = options.key_file, insecure = options.insecure, proxy = options.proxy,
    }
end

-- Events come by a watch; what they might have missed is asked for now and then.
local function watch(f)
    while holds() do
        local next_events = f.server.revision and f.server.watch(f.name)
        local events = next_events and next_events()
        while events and holds() do
            if events[1] then poll(f) end
            events = next_events()
        end
        reeve.sleep(1)
        if holds() then poll(f) end
    end
end

-- What changes here is reported a moment later, and once for all that changes meanwhile.
local function report_soon(f)
    if runs(f.reporting) or not f.memory then return end
    f.reporting = reeve.after(1, function()
        if holds() and not runs(f.passes) then pass.report(f, residents) end
    end)
end

local function follow_etcd(f, options)
    local urls, username, password = {}, options.username, options.password
    for i, url in ipairs(list_of(options.etcd)) do
        local name, word
        urls[i], name, word = wire.split_url(url)
        if not username and word then username, password = name, word end
    end
    local prefix = (options.prefix or "/reeve"):gsub("/*$", "/")
    local client = etcd.open {
        urls = urls, username = username, password = password, timeout = inside.duration(options.timeout or 30),
        ca_file = options.ca_file, cert_file = options.cert_file, key_file = options.key_file,
        insecure = options.insecure, proxy = options.proxy,
    }
    local lease = cluster.keep(options.lease or 10)
    f.url, f.interval = urls[1], 600
    f.write = function(text) return text end
    f.server = etcd.server(client, prefix)
    f.attend = function()
        if not f.keeper then f.keeper = keeper.new(f, client, prefix, lease, holds) end
        if not runs(f.heart) then f.heart = f.keeper.begin() end
        if not runs(f.watch) then f.watch = reeve.task(watch, f) end
        f.keeper.tend()
    end
end

--- Follow the target states of a server: `{ url=, name=, interval=60, timeout=30, username=, password=, send_env=false,
--- cache=, ca_file=, cert_file=, key_file=, insecure=, proxy= }`, or of keys in etcd: `{ etcd=, prefix="/reeve",
--- lease=10, … }`. It only registers: nobody is asked before the plan is in force.
function magistrate.follow(options)
    local wrong = mistakes(options)
    for _, text in ipairs(wrong) do inside.problem(2, text) end
    if wrong[1] then return end
    local good, alone = pcall(offer, function(what, name) return reconcile.run(followers, what, name) end)
    if not good then error("follow: " .. alone, 2) end -- with the caller's line, not ours
    local f = { number = #followers + 1, options = options, told = {} }
    f.open = function() open(f) end
    if options.url then follow_url(f, options) else follow_etcd(f, options) end
    followers[f.number] = f
    if alone then return end
    poll(f)
    reeve.every(options.interval or f.interval, function() poll(f) end)
    on("refresh", function() poll(f) end)
    on("wish", function(event) heed(f, event) end)
    if options.etcd then
        on("start", function() report_soon(f) end)
        on("exit", function() report_soon(f) end)
    end
end

return magistrate
