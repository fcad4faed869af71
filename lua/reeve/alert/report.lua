-- What happened to a process, as a plain table that can be kept, sent and written for people.

local report = {}

local LINES, STREAM_MOST, ENDS = 20, 8192, 5

-- The last lines of a stream, at most 8 KB of them.
local function last_lines(process, stream)
    local text = process:tail(LINES, stream) or ""
    if #text <= STREAM_MOST then return text end
    local cut = text:sub(-STREAM_MOST)
    return cut:sub((cut:find("\n", 1, true) or 0) + 1)
end

-- The ends before the last one, the newest first.
local function earlier_ends(process)
    local list = {}
    for i, e in ipairs(process:ends(ENDS + 1) or {}) do
        if i > 1 then list[#list + 1] = { at = e.at, reason = e.reason, uptime = e.uptime } end
    end
    return list
end

--- What an event says: `kind` is "crash", "fatal" …; `detailed` also what the process wrote and how it ended before.
function report.new(kind, event, detailed)
    local process, exit = event.process, event.exit or {}
    local ran = exit.code or exit.signal or kind == "recovered"
    local r = {
        host = reeve.host,
        process = process and process.name or event.program or "reeve",
        event = kind,
        at = event.at,
        reason = exit.reason or event.why or event.text,
        uptime = ran and exit.uptime or nil,
        restarts = exit.restarts,
        verdict = event.verdict,
        count = 1,
        since = event.at,
    }
    if detailed and process then report.add_details(r, process) end
    return r
end

function report.add_details(r, process)
    r.stdout, r.stderr = last_lines(process, "stdout"), last_lines(process, "stderr")
    r.ends = earlier_ends(process)
end

--- A later event of the same process takes the place of what was to be told, and the ends are counted.
function report.update(r, later)
    for _, key in ipairs { "event", "at", "reason", "uptime", "restarts", "verdict" } do r[key] = later[key] end
    r.count = r.count + later.count
end

-- ---- in words --------------------------------------------------------------------------------------

local words = {
    crash = "crashed",
    fatal = "is given up",
    recovered = "is up again",
    well = "is well again",
    start = "was started",
    stop = "was stopped",
    exit = "ended",
    health = "is not well",
    reload = "has another configuration",
    reload_failed = "could not load its configuration",
    shutdown = "stops everything",
    test = "sends a test alert",
}

local types = {
    host = "string", process = "string", event = "string", at = "number", count = "number", since = "number",
}
local optional = {
    reason = "string", uptime = "number", restarts = "number", verdict = "string", stdout = "string", stderr = "string",
    ends = "table", recovered = "number", as = "string",
}

local function has(r, fields, otherwise)
    for key, kind in pairs(fields) do
        local found = type(r[key])
        if found ~= kind and found ~= otherwise then return false end
    end
    return true
end

--- Whether a report that was kept can be told: it may come from a file.
function report.is_sound(r)
    if type(r) ~= "table" or not has(r, types) or not has(r, optional, "nil") or not words[r.event]
        or not words[r.as or r.event] then
        return false
    end
    for _, e in ipairs(r.ends or {}) do
        if type(e) ~= "table" or not has(e, { reason = "string", uptime = "number", at = "number" }) then
            return false
        end
    end
    return true
end

local function time(at)
    return os.date("%Y-%m-%d %H:%M:%S %z", math.floor(at))
end

local function duration(seconds)
    if seconds < 60 then return ("%.1fs"):format(seconds) end
    local s = math.floor(seconds)
    if s < 3600 then return ("%dm%02ds"):format(s // 60, s % 60) end
    return ("%dh%02dm"):format(s // 3600, s % 3600 // 60)
end

local function first_line(text)
    return (text:match("[^\r\n]*"):gsub("%c", " "))
end

--- "web crashed", "web crashed 5 times".
function report.headline(r)
    local text = r.process .. " " .. words[r.as or r.event]
    if r.count > 1 and r.event ~= "fatal" and r.event ~= "recovered" then
        text = ("%s %d times"):format(text, r.count)
    end
    return text
end

--- A line: "web crashed: killed by SIGSEGV, restarting in 2s".
function report.line(r)
    local text = report.headline(r)
    if r.reason then text = text .. ": " .. first_line(r.reason) end
    if r.event == "crash" and r.verdict then text = text .. ", " .. r.verdict end
    if r.recovered then text = text .. (r.event == "health" and "; it is well again" or "; it is up again") end
    return text
end

local function add(lines, name, value)
    if value then lines[#lines + 1] = ("%-10s %s"):format(name .. ":", value) end
end

local function add_ends(lines, ends)
    for i, e in ipairs(ends or {}) do
        local ended = ("%s after %s, at %s"):format(e.reason, duration(e.uptime), time(e.at))
        add(lines, i == 1 and "before" or "and", ended)
    end
end

local function add_stream(lines, name, text)
    if not text or text == "" then return end
    lines[#lines + 1] = ""
    lines[#lines + 1] = ("last lines of %s:"):format(name)
    for line in text:gmatch("[^\n]+") do lines[#lines + 1] = "    " .. line end
end

--- All that is known, for people.
function report.text(r)
    local lines = { ("%s on %s, %s"):format(report.headline(r), r.host, time(r.at)), "" }
    add(lines, "process", r.process)
    add(lines, r.event == "recovered" and "before" or "cause", r.reason)
    add(lines, "uptime", r.uptime and duration(r.uptime))
    add(lines, "restarts", r.restarts)
    add(lines, "verdict", r.verdict)
    add(lines, "ends", r.count > 1 and ("%d since %s"):format(r.count, time(r.since)))
    add(lines, "now", r.recovered and (r.event == "health" and "well" or "up") .. " again, at " .. time(r.recovered))
    add_ends(lines, r.ends)
    add_stream(lines, "stdout", r.stdout)
    add_stream(lines, "stderr", r.stderr)
    return table.concat(lines, "\n")
end

return report
