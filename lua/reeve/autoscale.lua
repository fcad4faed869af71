-- As many processes of a program as are wanted: more at once, fewer only after a while.
--
--     local autoscale = require "reeve.autoscale"
--     autoscale { program = "crunch", every = "5s", min = 2, max = 20, down_after = "1m",
--                 want = function() return queue_length() / 10 end }

local inside = require "reeve.inside"
local unknown = require "reeve.unknown"

local OPTIONS = {
    program = "name", every = "time", want = "function", min = "count", max = "count", down_after = "time",
}

local IS_A = {
    -- Only programs have a number: no group, no pattern, no single process.
    name = function(value)
        local is_name = type(value) == "string" and value:find("^[%w_.-]+$") and value ~= "all"
        return is_name, "the name of one program"
    end,
    ["function"] = function(value) return type(value) == "function", "a function" end,
    count = function(value)
        local count = type(value) == "number" and math.tointeger(value)
        return count and count >= 0, "a whole number from 0 on"
    end,
    time = function(value)
        local seconds = inside.duration(value)
        return seconds and seconds > 0, "a time such as 30 or \"5m\""
    end,
}

-- All that is wrong with the options, sorted: a table's own order is nobody's.
local function mistakes(options)
    if type(options) ~= "table" then return { "expected a table of options" } end
    local found = {}
    for name, value in pairs(options) do
        local kind = OPTIONS[name]
        local good, wanted
        if kind then good, wanted = IS_A[kind](value) end
        if not kind then
            found[#found + 1] = unknown(name, OPTIONS)
        elseif not good then
            found[#found + 1] = ("'%s': expected %s"):format(name, wanted)
        end
    end
    if options.program == nil then found[#found + 1] = "'program' is missing" end
    if found[1] == nil and options.max and options.max < (options.min or 1) then
        found[1] = "'max' is less than 'min'"
    end
    table.sort(found)
    return found
end

-- One more than are busy: somebody is always there for what comes next.
local function one_to_spare(program)
    return program:busy() + 1
end

-- A whole number within the bounds; nil and why if the answer is none.
local function count_of(answer, options)
    if type(answer) ~= "number" then return nil, "'want' returned a " .. type(answer) .. ", not a number" end
    if answer ~= answer then return nil, "'want' returned no number" end
    local count = math.max(answer, options.min or 1)
    if options.max then count = math.min(count, options.max) end
    return math.ceil(math.min(count, 100000))
end

-- A lull: fewer are wanted than there are. Of all that was wanted meanwhile, the most counts.
local function begin_lull(count, down_after)
    local lull = { most = count, over = false }
    lull.timer = reeve.after(down_after, function() lull.over = true end)
    return lull
end

local function scale(program, from, to)
    reeve.log("info", "%s: %d are there, %d are wanted", program.name, from, to)
    program:scale(to)
end

---@class reeve.AutoscaleOptions
---@field program string
---@field every? reeve.Time
---@field want? fun(program: reeve.Program): number?
---@field min? integer
---@field max? integer
---@field down_after? reeve.Time

--- Scale `program` every so often (5 s) to what `want(program)` answers, between `min` (1) and `max` (the program's own
--- bounds hold as well). Without `want` it is one more than are busy. A nil changes nothing. Fewer are kept only when
--- fewer were wanted all the time for `down_after` (60 s). A program that somebody has scaled to 0 is left alone,
--- unless `min` is 0. The handle that is returned has `:cancel()`.
---@param options reeve.AutoscaleOptions
---@return reeve.Task
local function autoscale(options)
    local wrong = mistakes(options)
    for _, text in ipairs(wrong) do inside.refuse("autoscale", text) end
    if wrong[1] then return { cancel = function() end } end
    inside.expect("autoscale", options.program)
    local want, down_after = options.want or one_to_spare, options.down_after or 60
    local lull

    local function end_lull()
        if lull then lull.timer:cancel() end
        lull = nil
    end

    local function follow(program, wanted)
        local count = #program:processes()
        if count == 0 and (options.min or 1) > 0 then return end
        if wanted >= count then
            end_lull()
            if wanted > count then scale(program, count, wanted) end
            return
        end
        lull = lull or begin_lull(wanted, down_after)
        lull.most = math.max(lull.most, wanted)
        if lull.over then
            scale(program, count, lull.most)
            end_lull()
        end
    end

    return reeve.every(options.every or 5, function()
        local program, why = reeve.program(options.program)
        if not program then return reeve.log("warning", "autoscale: %s", why) end
        local answer = want(program)
        if answer == nil then return end
        local wanted
        wanted, why = count_of(answer, options)
        if not wanted then return reeve.log("warning", "autoscale of %s: %s", options.program, why) end
        follow(program, wanted)
    end)
end

return autoscale
