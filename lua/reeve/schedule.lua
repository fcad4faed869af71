-- Functions and programs at their time: again and again, once, or by a line of crontab(5).

local engine = require "reeve.schedule.engine"
local inside = require "reeve.inside"
local cron = require "reeve.schedule.cron"
local state = require "reeve.state"
local unknown = require "reeve.unknown"

local schedule = {}

local LATE = 60 -- seconds: what is later than this was missed
local CORRECTION = 60 -- a clock that is set back by less brings no run twice,
local SUMMER_TIME = 3 * 3600 -- nor by this much one that names its hours

local MEMORY = "reeve.schedule" -- in reeve.store,
local FILE = "schedules.json" -- and in state_dir

local at_rest = { STOPPED = true, EXITED = true, FATAL = true }

local entries = {}

-- All of them, for the verb `schedules`.
local shown = {}
engine.show(shown)

-- ---- what was done, beyond a reload and the end of reeve ------------------------------------------

local function read_memory()
    local text = state.read(FILE)
    local known = text and reeve.json.decode(text)
    return type(known) == "table" and known or {}
end

local remembered

local function recall(entry)
    remembered = remembered or reeve.store[MEMORY] or read_memory()
    return math.type(remembered[entry.key]) and remembered[entry.key]
end

local is_writing

-- Only of those that there are: what the file does not say any more is forgotten.
local function write_memory()
    local known = {}
    is_writing = false
    for _, entry in ipairs(entries) do known[entry.key] = entry.seen or recall(entry) end
    reeve.store[MEMORY] = known
    state.write(FILE, reeve.json.encode(known))
end

-- Many may be due at once.
local function remember()
    if is_writing then return end
    is_writing = true
    reeve.after(0, write_memory)
end

-- ---- running --------------------------------------------------------------------------------------

local function overlaps(entry, what)
    local is_queued = entry.overlap == "queue"
    reeve.log("notice", "schedule '%s': %s still runs, %s", entry.name, what,
        is_queued and "it is started again when it has ended" or "this time is left out")
    return is_queued
end

-- The function is the user's, and so are the limits that it runs within. Nothing of ours is run when it is cut off.
local function begin_function(entry)
    entry.is_queued = false
    entry.task = inside.users_task(function()
        local _ <close> = setmetatable({}, {
            __close = function()
                if entry.is_queued and not entry.is_cancelled then begin_function(entry) end
            end,
        })
        entry.f()
    end)
end

local function run_function(entry)
    if entry.task and entry.task:runs() then
        entry.is_queued = overlaps(entry, "its function")
    else
        begin_function(entry)
    end
end

local function start(entry, process)
    reeve.log("info", "schedule '%s': starts %s", entry.name, process.name)
    process:start()
end

local function run_target(entry)
    local processes = engine.processes(entry.target)
    if not processes[1] then
        reeve.log("notice", "schedule '%s': %s has no process, this time is left out", entry.name, entry.target)
    end
    for _, process in ipairs(processes) do
        if at_rest[process.state] then
            start(entry, process)
        elseif overlaps(entry, process.name) then
            entry.queued[process.name] = true
        end
    end
end

-- Some process has come to rest: whoever waited for that has its turn.
local function start_queued(entry)
    if next(entry.queued) == nil then return end
    local still = {}
    for _, process in ipairs(engine.processes(entry.target)) do
        if entry.queued[process.name] and not at_rest[process.state] then
            still[process.name] = true
        elseif entry.queued[process.name] then
            start(entry, process)
        end
    end
    entry.queued = still
end

local function run(entry)
    entry.last = reeve.now()
    if entry.f then run_function(entry) else run_target(entry) end
end

-- ---- time -----------------------------------------------------------------------------------------

local function next_due(entry)
    local due = entry.next(entry.seen)
    if due ~= entry.due then entry.due, entry.delay = due, math.random() * entry.jitter end
    return due and due + entry.delay
end

local function missed(entry, due)
    local is_made_up = entry.missed == "once"
    reeve.log("notice", "schedule '%s': %s was missed, %s", entry.name, os.date("%Y-%m-%d %H:%M", math.floor(due)),
        is_made_up and "and is made up for now" or "and is left out")
    if is_made_up then run(entry) end
end

local function forget(entry)
    for _, list in ipairs { entries, shown } do
        for i, other in ipairs(list) do
            if other == entry then
                table.remove(list, i)
                break
            end
        end
    end
end

-- Due, or the clock was set: from here on it is all reckoned anew. The next look is sure before anything is run.
local function look(entry)
    local now = reeve.now()
    if entry.is_cancelled then return end
    if entry.seen > now + entry.tolerance then entry.seen = now end
    local at, due = next_due(entry), entry.due
    local is_due, is_late = at and at <= now, at and now - at > LATE
    if is_due then
        entry.seen = is_late and now or due
        remember()
        at = next_due(entry)
    end
    if at then
        entry.timer = engine.call_at(at, function() look(entry) end)
    elseif entry.is_of_a_hook then
        forget(entry) -- the next one makes another
    end
    if is_due and is_late then
        missed(entry, due)
    elseif is_due then
        run(entry)
    end
end

-- ---- declaring ------------------------------------------------------------------------------------

local Entry = {}
Entry.__index = Entry

--- No run any more, and the end of one that waits.
function Entry:cancel()
    self.is_cancelled = true
    if self.timer then self.timer:cancel() end
    if self.task then pcall(self.task.cancel, self.task) end -- not if it is itself who asks
    self.queued = {}
    forget(self)
end

-- What is wrong with the one that is being declared.
local wrong

local function complain(text, ...)
    wrong[#wrong + 1] = text:format(...)
end

local function one_of(options, key, words)
    local value = options[key]
    if value == nil then return words[1] end
    for _, word in ipairs(words) do
        if value == word then return value end
    end
    complain("%s: expected \"%s\"", key, table.concat(words, "\" or \""))
end

local function check_options(options, known)
    local strange = {}
    for key in pairs(options) do
        if not known[key] then strange[#strange + 1] = unknown(key, known) end
    end
    table.sort(strange)
    for _, text in ipairs(strange) do complain("%s", text) end
end

local function seconds(value, what)
    return inside.duration(value) or complain("%s: expected a time such as 30 or \"5m\"", what)
end

-- What all have in common: what to run, and the options.
local function read(what, options, known)
    options = options or {}
    if type(options) ~= "table" then
        complain("the options are no table")
        options = {}
    end
    check_options(options, known)
    local entry = {
        jitter = options.jitter ~= nil and seconds(options.jitter, "jitter") or 0,
        overlap = one_of(options, "overlap", { "skip", "queue" }),
        missed = one_of(options, "missed", { "skip", "once" }),
        queued = {},
        is_of_a_hook = reeve.settings() ~= nil,
    }
    if type(what) == "function" then
        entry.f = what
    elseif type(what) == "string" then
        entry.target = what
        inside.expect("schedule", what)
    else
        complain("expected a function or a target such as \"backup\", not a %s", type(what))
    end
    return setmetatable(entry, Entry)
end

-- Two that say the same are told apart by their order.
local function name_it(entry, name)
    local count = 0
    entry.name = name
    for _, other in ipairs(entries) do
        if other.name == name and other.target == entry.target then count = count + 1 end
    end
    entry.key = ("%s %s #%d"):format(name, entry.target or "function", count + 1)
    entries[#entries + 1] = entry
    shown[#shown + 1] = entry
end

-- It begins when its configuration comes into force: a check remembers nothing. From here on it is our own work, which
-- goes on also where the user's hooks do not.
local function begin(entry)
    entry.timer = inside.task(function()
        entry.seen = recall(entry) or reeve.now()
        look(entry)
        if not entry.is_cancelled then remember() end
    end)
    return entry
end

-- What is wrong is told at the line of the user's file that said it.
local function declare(make)
    wrong = {}
    local entry, enter = make()
    if not wrong[1] then return enter(entry) end
    for _, text in ipairs(wrong) do inside.refuse("schedule", text) end
    return setmetatable({ queued = {} }, Entry)
end

local cron_options = { jitter = true, overlap = true, missed = true }
local at_options = { jitter = true, missed = true }
local every_options = { jitter = true }

---@class reeve.schedule.Options
---@field jitter? reeve.Time each run is late by up to so much, at random
---@field overlap? "skip"|"queue" the run before has not ended: leave this one out (the default), or start it then
---@field missed? "skip"|"once" reeve was down, or the machine asleep: leave it out (the default), or run once now

---@class reeve.Schedule
---@field cancel fun(self: reeve.Schedule)

--- Call a function, or start a target, whenever a line of crontab(5) is due.
---@param text string five fields, or "@hourly" "@daily" "@weekly" "@monthly" "@yearly"
---@param what string|fun()
---@param options? reeve.schedule.Options
---@return reeve.Schedule
function schedule.cron(text, what, options)
    return declare(function()
        local line, why = nil, "expected a cron line such as \"*/5 * * * *\""
        if type(text) == "string" then line, why = cron.parse(text) end
        if not line then complain("%s", why) end
        return read(what, options, cron_options), function(entry)
            entry.next = function(after) return cron.next(line, after) end
            entry.tolerance = line.is_wild and CORRECTION or SUMMER_TIME
            name_it(entry, text)
            if entry.target and entry.overlap == "queue" then
                for _, event in ipairs { "exit", "stop", "fatal" } do
                    on(event, function() start_queued(entry) end)
                end
            end
            return begin(entry)
        end
    end)
end

--- Call a function, or start a target, once.
---@param time string|number "2026-12-24 18:00", or seconds since 1970
---@param what string|fun()
---@param options? { jitter?: reeve.Time, missed?: "skip"|"once" }
---@return reeve.Schedule
function schedule.at(time, what, options)
    return declare(function()
        local moment, why = time, "expected a time such as \"2026-12-24 18:00\", or seconds since 1970"
        if type(time) == "string" then moment, why = cron.moment(time) end
        if not math.type(moment) or moment ~= moment or math.abs(moment) > 1e11 then complain("%s", why) end
        return read(what, options, at_options), function(entry)
            entry.next = function(after) return after < moment and moment or nil end
            entry.tolerance = math.huge
            name_it(entry, type(time) == "string" and time or ("at %.3f"):format(time))
            return begin(entry)
        end
    end)
end

--- Call a function, or start a target, again and again, but not while it still waits from the last time.
---@param time reeve.Time
---@param what string|fun()
---@param options? { jitter?: reeve.Time }
---@return reeve.Schedule
function schedule.every(time, what, options)
    return declare(function()
        local period = seconds(time, "every")
        if period and period <= 0 then complain("every 0 seconds would be all the time") end
        return read(what, options, every_options), function(entry)
            entry.name = ("every %gs"):format(period)
            entry.due, entry.delay = reeve.now() + period, 0
            shown[#shown + 1] = entry
            entry.timer = reeve.every(period, function()
                entry.due = reeve.now() + period
                if entry.jitter > 0 then reeve.sleep(math.random() * entry.jitter) end
                local _ <close> = setmetatable({}, { __close = function() entry.is_running = false end })
                entry.last, entry.is_running = reeve.now(), entry.f ~= nil
                if entry.f then entry.f() else run_target(entry) end
            end)
            return entry
        end
    end)
end

return schedule
