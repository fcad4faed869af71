-- The workers of a supervisor that stays: its programs.
local cluster = require "reeve.cluster"

local residents = {}

local settle_time = 10 -- seconds for those that stop or start, before the report
local only_detached = false

local UP = { STARTING = true, RUNNING = true, BACKOFF = true }
local RESTING = { STOPPED = true, EXITED = true, FATAL = true, BACKOFF = true }

-- The programs of a plan are the same until a reload, which brings a new state of Lua.
local programs, order

local function look_around()
    if order then return end
    programs, order = {}, {}
    for _, program in ipairs(reeve.programs()) do
        if not only_detached or program.settings.detached then
            order[#order + 1] = program.name
            programs[program.name] = program
        end
    end
end

--- The supervisor does not stay: the others are none of its business, and what is begun has to be over when it leaves.
function residents.keep_detached()
    only_detached, settle_time = true, 120
end

--- Whether this supervisor stays.
function residents.stay() return not only_detached end

local function processes(name)
    look_around()
    return programs[name] and programs[name]:processes() or {}
end

--- All programs, in the order of the file.
function residents.names()
    look_around()
    return order
end

function residents.has(name)
    look_around()
    return programs[name] ~= nil
end

--- Whether it is up, or on its way.
function residents.is_up(name)
    for _, process in ipairs(processes(name)) do
        if UP[process.state] then return true end
    end
    return false
end

local forks = {}

local function is_forking(name)
    if forks[name] == nil then forks[name] = programs[name].settings.forks == true end
    return forks[name]
end

--- What there is to report: a pid or nil, and whether it daemonizes itself.
function residents.look(name)
    return programs[name]:pid(), is_forking(name)
end

function residents.start(name) programs[name]:start() end
function residents.stop(name) programs[name]:stop() end
function residents.restart(name) programs[name]:restart() end

local function has_settled(process, goal)
    local state = process.state
    if RESTING[state] then return true end
    if goal == "stopped" or state == "STOPPING" then return false end
    return state == "RUNNING" or not only_detached and process.pid ~= nil
end

local function have_settled(name, goal)
    for _, process in ipairs(processes(name)) do
        if not has_settled(process, goal) then return false end
    end
    return true
end

--- Wait until those have got where they were sent ({ name = goal }), or have had time enough.
function residents.settle(touched)
    local deadline = cluster.clock() + settle_time
    for name, goal in pairs(touched) do
        while not have_settled(name, goal) and cluster.clock() < deadline do reeve.sleep(0.05) end
    end
end

return residents
