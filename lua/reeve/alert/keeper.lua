-- What is kept of alerts: over a reload in reeve.store, over reeve's own end in a file below state_dir.

local report = require "reeve.alert.report"
local state = require "reeve.state"

local keeper = {}

local KEY, FILE = "reeve.alert", "alerts.json"

local collect -- returns everything there is to keep, by alert
local kept    -- what was there before us
local timer
local saving

--- From now on `f` says what there is to keep.
function keeper.open(f)
    collect = f
end

local function store()
    local ok, why = pcall(function() reeve.store[KEY] = collect() end)
    if not ok then reeve.log("warning", "alerts cannot be kept over a reload: %s", why) end
end

--- Something has changed: it is kept soon.
function keeper.changed()
    if timer then return end
    timer = reeve.after(1, function()
        timer = nil
        store()
    end)
end

local function complain(why)
    if why ~= "there is no state_dir" then reeve.log("err", "alerts that wait are not kept: %s", why) end
end

local function anything(all)
    for _, c in pairs(all) do
        if c.messages[1] or c.pending[1] or next(c.problems) then return true end
    end
    return false
end

local function write_file()
    local all = collect()
    if anything(all) then return state.write(FILE, reeve.json.encode(all)) end
    return state.remove(FILE)
end

--- Write down, soon, what could not be sent, or that it was: whoever reads the file must not send it again.
function keeper.save()
    keeper.changed()
    if saving then return end
    saving = reeve.after(0.1, function()
        saving = nil
        write_file()
    end)
end

local function count_messages(all)
    local count = 0
    for _, c in pairs(all) do count = count + #c.messages end
    return count
end

--- Another configuration takes over, or reeve ends.
function keeper.farewell(ends)
    store()
    if not ends then
        if saving then write_file() end
        return
    end
    local good, why = write_file()
    local count = count_messages(collect())
    if not good and count > 0 then reeve.log("err", "%d alerts could not be sent and are lost: %s", count, why) end
end

local function load_file()
    local text, why = state.read(FILE)
    if why then complain(why) end
    if not text then return {} end
    local all, reason = reeve.json.decode(text)
    if type(all) == "table" then return all end
    complain(("%s: %s"):format(FILE, reason or "it is not an object"))
    return {}
end

local function is_list(t)
    return type(t) == "table" and (next(t) == nil or t[1] ~= nil)
end

-- The file may have been touched by anybody.
local function is_sound(c)
    if type(c) ~= "table" or type(c.problems) ~= "table" or not is_list(c.pending) or not is_list(c.messages) then
        return false
    end
    if type(c.untold) ~= "number" then return false end
    for _, r in ipairs(c.pending) do
        if not report.is_sound(r) then return false end
    end
    for _, m in ipairs(c.messages) do
        if type(m) ~= "table" or type(m.subject) ~= "string" or type(m.body) ~= "string" or type(m.at) ~= "number" then
            return false
        end
    end
    return true
end

--- What was kept for an alert, or nil.
function keeper.take(key)
    kept = kept or reeve.store[KEY] or load_file() -- the file is older, if both are there
    local c = kept[key]
    kept[key] = nil
    if c == nil then return nil end
    if is_sound(c) then return c end
    reeve.log("warning", "%s: what was kept is not understood", key)
end

--- What no alert has asked for.
function keeper.drop_rest()
    for key, c in pairs(kept or {}) do
        local count = is_sound(c) and #c.messages + #c.pending or 0
        if count > 0 then
            reeve.log("warning", "alerts: there is no %s any more; what waited for it is dropped: %d", key, count)
        end
    end
    kept = nil
end

return keeper
