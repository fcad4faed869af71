-- Alerts: mail, syslog and web pages that say what went wrong, once.
--
--     local alert = require "reeve.alert"
--     alert.email { to = "ops@example.com", server = "smtp://mail.example.com" }
--
-- What happens comes in by the bus and is judged in alert/problems.lua; what is to be told is gathered for `digest`
-- seconds, becomes one message (alert/ways.lua), and leaves by the alert's outbox (alert/outbox.lua). All of it is kept
-- over a reload in reeve.store, and, as far as it could not be sent, over reeve's own end in state_dir.

local inside = require "reeve.inside"
local keeper = require "reeve.alert.keeper"
local options = require "reeve.alert.options"
local outbox = require "reeve.alert.outbox"
local problems = require "reeve.alert.problems"
local report = require "reeve.alert.report"
local ways = require "reeve.alert.ways"

local alert = {}

local channels, counts = {}, {}
local watched = {} -- timers of processes that are up again, and may stay so
local begun, ending = false, false

-- ---- from reports to messages ----------------------------------------------------------------------

local function flush(c)
    if c.gathering then c.gathering:cancel() end
    c.gathering = nil
    local list, untold = problems.take(c.book)
    if not list[1] then return end
    local message = ways[c.kind].compose(c.options, list, untold)
    message.at = reeve.now()
    outbox.add(c.outbox, message)
    keeper.changed()
end

-- The first one waits for others.
local function gather(c)
    if c.gathering or not c.book.pending[1] then return end
    c.gathering = reeve.after(c.options.digest, function()
        c.gathering = nil
        flush(c)
    end)
end

local function tell_counted(c)
    local now = reeve.now()
    local next = problems.due(c.book, now)
    gather(c)
    if next and not c.counting then
        c.counting = reeve.after(next - now, function()
            c.counting = nil
            tell_counted(c)
        end)
    end
end

-- ---- what happens ----------------------------------------------------------------------------------

local function wants(c, kind, process, program)
    if not c.wants[kind] then return false end
    for _, pattern in ipairs(c.options.programs) do
        if inside.matches(pattern, program) or inside.matches(pattern, process) then return true end
    end
    return false
end

local function each(kind, event, f)
    local program = event.program or ""
    local process = event.process and event.process.name or program
    for _, c in ipairs(channels) do
        if wants(c, kind, process, program) then
            f(c)
            keeper.changed()
        end
    end
end

local function trouble(kind, event)
    each(kind, event, function(c)
        problems.trouble(c.book, kind, event, reeve.now())
        gather(c)
        if not c.counting then tell_counted(c) end
    end)
end

local function notice(kind, event)
    each(kind, event, function(c)
        problems.notice(c.book, kind, event)
        gather(c)
    end)
end

local function unwatch(name)
    if watched[name] then watched[name]:cancel() end
    watched[name] = nil
end

local function has_problem(name, kind)
    for _, c in ipairs(channels) do
        if problems.is_open(c.book, name, kind) then return true end
    end
    return false
end

-- The problem of the event's process is over; `kind` as in problems.recovered.
local function over(event, kind)
    for _, c in ipairs(channels) do
        if not c.wants.recovered then
            problems.close(c.book, event.process.name, event.at, kind)
        elseif problems.recovered(c.book, event, event.at, kind) then
            gather(c)
        end
    end
    keeper.changed()
end

local function recovered(process)
    local event = { process = process, program = process.program, at = reeve.now() }
    local last = (process:ends(1) or {})[1] or {} -- of a life of reeve's before there is none
    event.exit = { uptime = process.uptime, restarts = process.restarts, reason = last.reason }
    over(event)
end

-- Up for `stable` seconds: then its trouble is over.
local function watch(process)
    local name, program = process.name, reeve.program(process.program)
    if not program or not has_problem(name) then return end
    unwatch(name)
    watched[name] = reeve.after(math.max(0, program.settings.stable - (process.uptime or 0)), function()
        watched[name] = nil
        if process.state == "RUNNING" then recovered(process) end
    end)
end

local function forget(process)
    if has_problem(process.name) or has_problem(process.name, "health") then keeper.changed() end
    for _, c in ipairs(channels) do problems.forget(c.book, process.name) end
end

-- Success ends the trouble of a oneshot.
local function is_done(event)
    if event.exit.code ~= 0 or not has_problem(event.process.name) then return false end
    local program = reeve.program(event.program)
    return program and program.settings.oneshot
end

local heard = {
    start = function(event) notice("start", event) end,
    ready = function(event) watch(event.process) end,
    reload = function(event) notice("reload", event) end,
    reload_failed = function(event) notice("reload_failed", event) end,
    fatal = function(event) trouble("fatal", event) end,
    quiet = function(event) notice("crash", event) end, -- of reeve itself
}

function heard.exit(event)
    unwatch(event.process.name)
    notice("exit", event)
    if not event.exit.expected then trouble("crash", event) end
    if is_done(event) then recovered(event.process) end
end

-- Who is stopped for a restart, or because reeve ends, was not well before, and may not be well after.
function heard.stop(event)
    notice("stop", event)
    if not ending and event.process.state == "STOPPED" then forget(event.process) end
end

function heard.health(event)
    if not event.ok then
        trouble("health", event)
    elseif has_problem(event.process.name, "health") then
        over(event, "health")
    end
end

-- Reeve ends: nothing is gathered any more.
function heard.shutdown(event)
    ending = true
    notice("shutdown", event)
    for _, c in ipairs(channels) do
        flush(c)
        outbox.hurry(c.outbox)
        c.options.digest = 0
    end
end

-- ---- a life ----------------------------------------------------------------------------------------

local function begin()
    if begun then return end
    begun = true
    for _, c in ipairs(channels) do
        local kept = keeper.take(c.key)
        if kept then
            problems.take_over(c.book, kept)
            outbox.take(c.outbox, kept.messages)
        end
        gather(c)
        tell_counted(c)
    end
    keeper.drop_rest()
    for name in pairs(problems.open_names(channels)) do
        local process = reeve.process(name)
        if not process then
            for _, c in ipairs(channels) do problems.forget(c.book, name) end
        elseif process.state == "RUNNING" then
            watch(process)
        end
    end
end

local function keep(c)
    return {
        problems = c.book.problems, pending = c.book.pending, untold = c.book.untold, messages = c.outbox.messages,
    }
end

-- Only what somebody wants is heard: there may be thousands of checks and starts.
local function listen_to(event)
    local f = heard[event]
    if not f then return end
    heard[event] = nil
    inside.listen(event, function(e)
        begin()
        f(e)
    end)
end

local function open()
    keeper.open(function()
        local all = {}
        for _, c in ipairs(channels) do all[c.key] = keep(c) end
        return all
    end)
    reeve.task(begin)
    for _, event in ipairs { "ready", "exit", "stop", "fatal", "shutdown", "quiet" } do listen_to(event) end
    inside.farewell(function(why)
        begin()
        for _, c in ipairs(channels) do
            if why == "end" then flush(c) end
            if why ~= "upgrade" then outbox.give_up(c.outbox) end
        end
        keeper.farewell(why == "end")
    end)
    inside.alert_test(function() return alert.test() end)
end

local function name_of(kind, o)
    if kind == "email" then return "email to " .. table.concat(o.to, ", ") end
    if kind == "webhook" then return "webhook " .. o.url:match("^%a+://[^/?#]*"):gsub("//[^@]*@", "//") end
    return kind
end

local function add(kind, given)
    local good = true
    if type(given) ~= "table" then error(("alert.%s: expected a table of options"):format(kind), 3) end
    local o = options.read(kind, given, function(text)
        good = false
        inside.problem(5, ("alert.%s: %s"):format(kind, text))
    end)
    counts[kind] = (counts[kind] or 0) + 1
    if not good then return end
    local c = { kind = kind, key = kind .. " " .. counts[kind], options = o, wants = {}, name = name_of(kind, o) }
    if not channels[1] then open() end
    for _, word in ipairs(o.on) do
        c.wants[word] = true
        listen_to(word)
    end
    c.book = problems.new(o.repeat_after)
    c.outbox = outbox.new("alert by " .. c.name, function(message) return ways[kind].send(o, message) end)
    channels[#channels + 1] = c
end

--- Tell by mail.
function alert.email(given)
    add("email", given)
end

--- Tell the system's log.
function alert.syslog(given)
    add("syslog", given or {})
end

--- Tell a web page: a POST with a JSON object.
function alert.webhook(given)
    add("webhook", given)
end

--- Send a test alert in every way, now. Returns a list of { name=, why= }; `why` is nil for those that arrived.
function alert.test()
    local outcome = {}
    for i, c in ipairs(channels) do
        local r = report.new("test", { at = reeve.now(), text = "nothing has happened" }, true)
        local message = ways[c.kind].compose(c.options, { r }, 0)
        local ok, good, why = pcall(ways[c.kind].send, c.options, message)
        outcome[i] = { name = c.name, why = not (ok and good) and tostring(ok and why or good) or nil }
    end
    return outcome
end

return alert
