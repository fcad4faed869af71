-- The report of a box: JSON with the keys in the predecessor's order.
local target = require "reeve.magistrate.target"

local report = {}

local encode = reeve.json.encode

-- { { key, JSON }, … } as JSON.
local function object(fields)
    local parts = {}
    for i, field in ipairs(fields) do
        parts[i] = encode(field[1]) .. ":" .. field[2]
    end
    return "{" .. table.concat(parts, ",") .. "}"
end

local function list(lines) return encode(reeve.json.array(lines or {})) end

--- The state that is reported.
function report.state(t, pid)
    local word = target.word(t)
    if word == "unknown" or word == "unmonitored" then return "unmonitored" end
    return pid and "running" or "stopped"
end

-- What is said of a worker, whose target may be nil.
local function worker(t, pid, forks, logs)
    return object {
        { "state", encode(report.state(t, pid)) },
        { "target_state", encode(target.word(t)) },
        { "pid", encode(pid or reeve.json.null) },
        { "bounces", forks and "null" or encode(t and t.bounces or 0) },
        { "logs", list(logs) },
    }
end

-- Whether there is nothing new to say.
local function is_old(entry, t, pid, logs)
    return entry and not entry.logs and not logs and entry.pid == pid and entry.word == target.word(t)
        and entry.bounces == (t and t.bounces)
end

-- Whoever asks for it sends what may be secret.
local function environment()
    local file = io.open("/proc/self/environ")
    local all = reeve.json.array {}
    for entry in (file and file:read("a") or ""):gmatch("[^\0]+") do
        all[#all + 1] = entry
    end
    if file then file:close() end
    return encode(all)
end

--- A writer of reports, in a form that `write` gives to parts of the JSON. What was said of a worker the last time is
--- not written anew.
function report.new(about, write)
    local r, entries = {}, {}

    --- Say of a worker, in the order of the file.
    function r.add(name, t, pid, forks, logs)
        local entry = entries[name]
        if not is_old(entry, t, pid, logs) then
            local form = write(encode(name) .. ":" .. worker(t, pid, forks, logs))
            entry = { form = form, pid = pid, word = target.word(t), bounces = t and t.bounces, logs = logs }
            entries[name], r.last = entry, nil
        end
        r.workers[#r.workers + 1] = entry.form
    end

    function r.begin() r.workers = {} end

    --- All of it. Nothing new is the form of the last time.
    function r.form(logs)
        if r.last and #logs == 0 then return r.last end
        local head = {
            { "name", encode(about.name) },
            { "pid_path", encode(about.pid_path or reeve.json.null) },
            { "monitor_url", encode(about.url) },
            { "config_file", encode(about.file or reeve.json.null) },
            { "logs", list(logs) },
        }
        if about.send_env then head[#head + 1] = { "env", environment() } end
        local open = object(head):sub(1, -2) .. ',"workers":{'
        local form = write(open) .. table.concat(r.workers, write(",")) .. write("}}")
        r.last = #logs == 0 and form or nil
        return form
    end

    return r
end

return report
