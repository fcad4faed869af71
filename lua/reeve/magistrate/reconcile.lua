-- `reeve reconcile`: a pass without a supervisor that stays. Only programs that are `detached` are its business.
local memory = require "reeve.magistrate.memory"
local pass = require "reeve.magistrate.pass"
local report = require "reeve.magistrate.report"
local residents = require "reeve.magistrate.residents"
local target = require "reeve.magistrate.target"

local reconcile = {}

local function run(f)
    return pass.run(f, residents, nil, function() return true end)
end

local function list(f, lines)
    pass.learn(f, residents)
    for _, name in ipairs(residents.names()) do
        local t, pid = f.memory.workers[name], (residents.look(name))
        lines[#lines + 1] = ("%-32s %-11s %-14s%s"):format(
            name, report.state(t, pid), target.word(t), pid and " pid " .. pid or "")
    end
    return f.memory.known
end

-- Written down first: another pass may be near.
local function override(f, verb, name)
    local t = f.memory.workers[name] or { word = "unknown" }
    local word = verb == "start" and "running" or "stopped"
    f.memory.workers[name] = t
    f.memory.changed = target.override(t, word)
    local saved, why = memory.save(f.memory)
    if not saved then reeve.log("err", "magistrate: %s", why) end
    if residents.is_up(name) ~= (verb == "start") then residents[verb](name) end
    residents.settle { [name] = word }
    return residents.is_up(name) == (verb == "start")
end

--- What `reeve reconcile` does: "pass", "list", "start" or "stop". The exit status, and what is to be printed.
function reconcile.run(followers, what, name)
    local good, lines = true, {}
    residents.keep_detached()
    for _, f in ipairs(followers) do
        f.open()
        if what == "pass" then
            good = run(f) and good
        elseif what == "list" then
            good = list(f, lines) and good
        else
            good = override(f, what, name) and good
        end
    end
    if name then lines[1] = ("%s: %s"):format(name, good and what .. (what == "stop" and "ped" or "ed") or "ERROR") end
    return good and 0 or 1, lines[1] and table.concat(lines, "\n")
end

return reconcile
