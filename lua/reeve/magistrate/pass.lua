-- One pass towards what the server wants: ask, act, acknowledge, report.
--
-- `f` is a follower: { name, server, memory, report, told }. `workers` is how things are done here: a supervisor does
-- them (residents.lua).
local cluster = require "reeve.cluster"
local memory = require "reeve.magistrate.memory"
local target = require "reeve.magistrate.target"

local pass = {}

local SLICE = 0.002 -- seconds of work, after which the others have their turn
local STRANGERS_MOST, NAME_MOST = 10, 64

-- By the clock on the wall: a machine with much else to do may take its time for little work.
local function breather()
    local began = cluster.clock()
    return function()
        if cluster.clock() - began < SLICE then return end
        reeve.sleep(0)
        began = cluster.clock()
    end
end

-- Into reeve's log, and into this pass's report.
local function say(run, level, worker, format, ...)
    local text = format:format(...)
    local logs = run.logs
    if worker then
        run.worker_logs[worker] = run.worker_logs[worker] or {}
        logs = run.worker_logs[worker]
    end
    logs[#logs + 1] = text
    reeve.log(level, "magistrate: %s%s", worker and worker .. ": " or "", text)
end

-- Once, until something else is the matter; nil: nothing any more.
local function tell(run, what, level, text)
    local told = run.f.told
    if told[what] == text then return end
    told[what] = text
    if text then say(run, level, nil, "%s", text) end
end

-- ---- hearing ----------------------------------------------------------------------------------

local function hear_one(run, name, said)
    local word = type(said) == "table" and said.target_state
    local known = run.f.memory.workers
    if type(word) ~= "string" then
        tell(run, "shape " .. name, "warning", ("what is said of '%s' is no target state"):format(name))
        return known[name]
    end
    tell(run, "shape " .. name, "warning", nil)
    local t = known[name] or {}
    if target.hear(t, word) then
        run.f.memory.changed = true
        if not target.is_known(word) then
            say(run, "warning", name, "nobody knows the target state '%s'", word)
        end
    end
    return t
end

-- All in one line, however many a server may name.
local function tell_strangers(run, names, count)
    table.sort(names)
    local text = table.concat(names, ", ")
    if count > #names then text = ("%s and %d more"):format(text, count - #names) end
    local format = count == 1 and "the server names %s, which is not here" or "the server names %s, which are not here"
    tell(run, "strangers", run.soft, count > 0 and format:format(text) or nil)
end

-- What the server does not name any more is nobody's business.
local function hear(run, states)
    local m, breathe, now = run.f.memory, breather(), {}
    local strangers, count = {}, 0
    for name, said in pairs(states) do
        if not run.workers.has(name) then
            count = count + 1
            if count <= STRANGERS_MOST then strangers[count] = ("'%s'"):format(name:sub(1, NAME_MOST)) end
        else
            now[name] = hear_one(run, name, said)
        end
        breathe()
    end
    tell_strangers(run, strangers, count)
    for name, t in pairs(m.workers) do
        if not now[name] and t.word == "unknown" then now[name] = t end -- a user's wish alone
        m.changed = m.changed or not now[name]
    end
    m.changed = m.changed or not m.known
    m.known, m.workers = true, now
end

local function save(run)
    local saved, why = memory.save(run.f.memory)
    tell(run, "cache", "err", not saved and why or nil)
end

-- ---- acting -----------------------------------------------------------------------------------

local function start(run, name, t)
    say(run, "notice", name, "is to run%s, starting it", t.override and " by a user's wish" or "")
    run.workers.start(name)
    return true
end

local function stop(run, name, t)
    say(run, "notice", name, "is to be stopped%s, stopping it", t.override and " by a user's wish" or "")
    run.workers.stop(name)
    return true
end

-- Written down first: it happens once, whatever happens next.
local function restart(run, name, t)
    target.restarted(t)
    run.f.memory.changed = true
    save(run)
    say(run, "notice", name, "is to be restarted")
    run.workers.restart(name)
    return true
end

-- A program of the cluster, which another box runs or nobody: its keeper knows better.
local function is_elsewhere(run, name, goal, t)
    if not run.f.keeper or not run.f.keeper.is_elsewhere(name) then return false end
    if goal == "restart" then
        target.restarted(t)
        run.f.memory.changed = true
    end
    return true
end

-- True: something was done.
local function act_on(run, name, t)
    local goal = target.goal(t)
    if is_elsewhere(run, name, goal, t) then return false end
    local up = goal ~= nil and run.workers.is_up(name)
    local started = goal == "running" and not up

    if goal ~= "restart" and not run.touched[name] and target.count(t, started) then
        run.f.memory.changed = true
    end
    if goal == "restart" then return restart(run, name, t) end
    if started then return start(run, name, t) end
    return goal == "stopped" and up and stop(run, name, t)
end

-- In the order of the file.
local function act(run)
    local breathe = breather()
    for _, name in ipairs(run.workers.names()) do
        local t = run.f.memory.workers[name]
        if t and act_on(run, name, t) then run.touched[name] = target.goal(t) end
        breathe()
    end
end

-- ---- telling the server -----------------------------------------------------------------------

-- True: it is told, as far as we know.
local function acknowledge_one(run, name, t)
    local f = run.f
    local good, why = f.server.acknowledge(f.name, name)
    if good and target.owes_acknowledgement(t) then
        target.acknowledged(t)
        f.memory.changed, f.heard = true, nil
    end
    tell(run, "acknowledge", "warning",
        not good and ("cannot acknowledge the restart of %s: %s"):format(name, why) or nil)
    return good
end

-- Else the next pass would take the same word for a new one, and restart them again, and again.
local function look_whether_heeded(run, names)
    local f = run.f
    local answer = f.server.ask(f.name)
    local states = answer and f.server.read(answer) or {}
    for _, name in ipairs(names) do
        local t, said = f.memory.workers[name], states[name]
        local still = type(said) == "table" and said.target_state == "forced_restart"
        if still and t then target.unheeded(t) end
        local text = "the restart of %s is acknowledged, and the server still asks for it: it is not done again"
        tell(run, "heeded " .. name, run.soft, still and text:format(name) or nil)
    end
end

local function acknowledge(run)
    local f, done = run.f, {}
    for _, name in ipairs(run.workers.names()) do
        local t = f.memory.workers[name]
        if t and target.owes_acknowledgement(t) then
            if not acknowledge_one(run, name, t) then break end
            done[#done + 1] = name
        end
    end
    if done[1] and f.server.may_not_heed then look_whether_heeded(run, done) end
end

local function send_report(run)
    local f, breathe = run.f, breather()
    f.report.begin()
    for _, name in ipairs(run.workers.names()) do
        local pid, forks = run.workers.look(name)
        f.report.add(name, f.memory.workers[name], pid, forks, run.worker_logs[name])
        breathe()
    end
    local good, why = f.server.report(f.name, f.report.form(run.logs))
    tell(run, "report", "warning", not good and "cannot report: " .. why or nil)
end

-- ---- the whole --------------------------------------------------------------------------------

local function note_silence(run, why)
    local m = run.f.memory
    local what = m.known and "what it said last holds" or "it has never said anything, so nothing changes"
    tell(run, "silence", m.known and run.soft or "warning", ("no answer from %s: %s; %s"):format(run.f.url, why, what))
end

-- Whether the server can be told something. The very answer of the last time says nothing new.
local function ask(run)
    local f = run.f
    local text, why, reached = f.server.ask(f.name)
    local states
    if text and text ~= f.heard then states, why = f.server.read(text) end
    if not text or not (states or text == f.heard) then
        note_silence(run, why)
        return text ~= nil or reached
    end
    if f.told.silence then
        f.told.silence = nil
        say(run, "notice", nil, "%s answers again", f.url)
    end
    if states then hear(run, states) end
    f.heard = text
    return true
end

local function new_run(f, workers)
    -- Whoever comes again every minute would say the same every minute.
    local soft = workers.stay() and "warning" or "notice"
    return { f = f, workers = workers, soft = soft, touched = {}, logs = {}, worker_logs = {} }
end

--- What is remembered holds until somebody knows better: before the first pass.
function pass.resume(f, workers)
    if not f.memory.known then return end
    local run = new_run(f, workers)
    act(run)
    save(run)
    return run.touched
end

--- Only report.
function pass.report(f, workers)
    send_report(new_run(f, workers))
end

--- Only ask, and remember.
function pass.learn(f, workers)
    local run = new_run(f, workers)
    ask(run)
    save(run)
end

--- `holds()` says whether the follower is still in force when the server has taken its time. False: nothing is known.
function pass.run(f, workers, touched, holds)
    local run = new_run(f, workers)
    run.touched = touched or {}
    local reached = ask(run)
    if not holds() then return true end
    if not f.memory.known then return false end
    save(run)
    act(run)
    workers.settle(run.touched)
    if reached then acknowledge(run) end
    save(run)
    if reached and holds() then send_report(run) end
    return true
end

return pass
