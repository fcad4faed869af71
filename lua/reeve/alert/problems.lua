-- What of all that happens is told: a problem once, then as a count, and its end.
--
--             trouble                       trouble: counted, told after repeat_after
--   nothing ----------> open (was told) ---------------------------------------------> open
--                          | up for `stable`: told                fatal after a crash: told at once
--                          v
--                        over ----> open again, told; but from the fourth time within repeat_after on it is only
--                                   counted: it flaps

local report = require "reeve.alert.report"

local problems = {}

local PROBLEMS_MOST, PENDING_MOST, DETAILED_MOST, TURNS_MOST = 1000, 200, 10, 3

--- What an alert knows: `problems` by process, the reports that are `pending`, how many more there were.
function problems.new(repeat_after)
    return { repeat_after = repeat_after, problems = {}, size = 0, pending = {}, untold = 0 }
end

local function forget(book, name)
    if not book.problems[name] then return end
    book.problems[name] = nil
    book.size = book.size - 1
end

-- Names have no blanks.
local function key_of(kind, name)
    return kind == "health" and name .. " health" or name
end

--- The process of a key.
function problems.process_of(key)
    return key:match("^%S*")
end

local troubles = { crash = true, fatal = true, health = true }

-- The report of the problem that still waits to be told.
local function find_pending(book, key)
    for _, r in ipairs(book.pending) do
        if troubles[r.event] and key_of(r.event, r.process) == key and not r.recovered then return r end
    end
end

local function tell(book, kind, event)
    if #book.pending >= PENDING_MOST then
        book.untold = book.untold + 1
        return
    end
    local r = report.new(kind, event, #book.pending < DETAILED_MOST)
    book.pending[#book.pending + 1] = r
    return r
end

--- Something that is no trouble, and has no end: only gathered.
function problems.notice(book, kind, event)
    tell(book, kind, event)
end

local function open(book, name, kind, now)
    if book.size >= PROBLEMS_MOST then return end
    if not book.problems[name] then book.size = book.size + 1 end
    book.problems[name] = { kind = kind, told = now, window = now, turns = 1, count = 0 }
end

-- What was told by a clock that was set back since was told now: else the time for the next word might be far off.
local function mind_clock(p, now)
    p.told, p.window = math.min(p.told, now), math.min(p.window, now)
end

-- It was over, and is back.
local function open_again(book, p, kind, now)
    p.kind, p.over = kind, nil
    if now - p.window >= book.repeat_after then
        p.window, p.turns, p.told, p.quiet, p.count = now, 1, now, nil, 0
        return true
    end
    p.turns = p.turns + 1
    p.quiet = p.turns > TURNS_MOST or nil
    if not p.quiet then p.told = now end
    return not p.quiet
end

local function is_news(book, name, kind, now)
    local p = book.problems[name]
    if not p then
        open(book, name, kind, now)
        return true
    end
    mind_clock(p, now)
    if p.over then return open_again(book, p, kind, now) end
    if kind == "fatal" and p.kind == "crash" then
        p.kind, p.told = kind, now
        return true
    end
    return false
end

--- A crash, the end of all tries, or a failed check. Counted ones are told when they are `due`.
function problems.trouble(book, kind, event, now)
    local key = key_of(kind, event.process.name)
    local waiting = find_pending(book, key)
    local news = is_news(book, key, kind, now)
    local p = book.problems[key] or {}
    p.why = event.why
    if waiting then
        local later = report.new(kind, event)
        if kind == "fatal" then later.count = 0 end -- the end that it is about was counted
        report.update(waiting, later)
        if waiting.stdout then report.add_details(waiting, event.process) end
    elseif news then
        tell(book, kind, event)
    else
        if kind ~= "fatal" then p.count = p.count + 1 end
        p.last = report.new(kind, event)
    end
end

--- It is up for good, or, of `kind` "health", well. True: something is to be told.
function problems.recovered(book, event, now, kind)
    local key = key_of(kind, event.process.name)
    local p = book.problems[key]
    if not p or p.over then return false end
    local waiting = find_pending(book, key)
    p.over = now
    if waiting then
        waiting.recovered = now
    elseif not p.quiet then
        local r = tell(book, "recovered", event)
        if r and kind == "health" then r.as, r.reason = "well", p.why end
        if r and p.count > 0 then r.count, r.since = p.count + 1, p.told end
        p.count = 0
        return r ~= nil
    end
    return false
end

--- The same without a word.
function problems.close(book, name, now, kind)
    local p = book.problems[key_of(kind, name)]
    if p and not p.over then p.over = now end
end

--- A user has stopped it, or it is no more: nobody waits for its recovery.
function problems.forget(book, name)
    forget(book, name)
    forget(book, key_of("health", name))
end

--- Whether the process has a problem of the kind that is not over.
function problems.is_open(book, name, kind)
    local p = book.problems[key_of(kind, name)]
    return p ~= nil and not p.over
end

--- Tell what was counted for repeat_after; returns when to look again, or nil.
function problems.due(book, now)
    local next
    for key, p in pairs(book.problems) do
        mind_clock(p, now)
        local at = p.told + book.repeat_after
        if p.count > 0 and at <= now and #book.pending < PENDING_MOST then
            local r = p.last
            local process = #book.pending < DETAILED_MOST and reeve.process(problems.process_of(key))
            if process then report.add_details(r, process) end
            r.count, r.since = p.count, p.told
            book.pending[#book.pending + 1] = r
            p.told, p.count, p.last, p.window, p.turns, p.quiet = now, 0, nil, now, 1, nil
        elseif p.count > 0 then
            next = math.min(next or at, math.max(at, now + 1))
        elseif p.over and at <= now then
            forget(book, key)
        end
    end
    return next
end

--- The names of processes that have a problem, as keys.
function problems.open_names(channels)
    local names = {}
    for _, c in ipairs(channels) do
        for key, p in pairs(c.book.problems) do
            if not p.over then names[problems.process_of(key)] = true end
        end
    end
    return names
end

-- It may come from a file.
local function is_sound(p)
    if type(p) ~= "table" or (p.over ~= nil and type(p.over) ~= "number") then return false end
    for _, key in ipairs { "told", "window", "turns", "count" } do
        if type(p[key]) ~= "number" then return false end
    end
    if p.why ~= nil and type(p.why) ~= "string" then return false end
    return p.count == 0 or report.is_sound(p.last)
end

--- Go on with what was kept.
function problems.take_over(book, kept)
    for name, p in pairs(kept.problems) do
        if is_sound(p) then
            book.problems[name] = p
            book.size = book.size + 1
        end
    end
    book.pending, book.untold = kept.pending, kept.untold or 0
end

--- All that is pending, and how many more there were; it is the caller's now.
function problems.take(book)
    local list, untold = book.pending, book.untold
    book.pending, book.untold = {}, 0
    return list, untold
end

return problems
