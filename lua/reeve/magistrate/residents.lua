-- The workers of a supervisor that stays: its programs.
local residents = {}

local SETTLE = 10 -- seconds for those that stop or start, before the report

local UP = { STARTING = true, RUNNING = true, BACKOFF = true }
local RESTING = { STOPPED = true, EXITED = true, FATAL = true, BACKOFF = true }

-- The programs of a plan are the same until a reload, which brings a new state of Lua.
local programs, order

local function look_around()
    if order then return end
    programs, order = {}, {}
    for i, program in ipairs(reeve.programs()) do
        order[i] = program.name
        programs[program.name] = program
    end
end

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

local function has_settled(name, goal)
    for _, process in ipairs(processes(name)) do
        local state = process.state
        local settled = RESTING[state] or (goal ~= "stopped" and process.pid and state ~= "STOPPING")
        if not settled then return false end
    end
    return true
end

--- Wait until those have got where they were sent ({ name = goal }), or have had time enough.
function residents.settle(touched)
    local deadline = reeve.now() + SETTLE
    for name, goal in pairs(touched) do
        while not has_settled(name, goal) and reeve.now() < deadline do reeve.sleep(0.05) end
    end
end

return residents
