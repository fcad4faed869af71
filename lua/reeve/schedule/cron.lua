-- Lines of crontab(5): what they say, and when they are due. Times are seconds since 1970, lines mean local time.

local cron = {}

local FURTHEST = 40 -- years: 29 February is a Sunday once in 28, or in 40 around 2100

local function names(text, first)
    local number_of, n = {}, first
    for name in text:gmatch("%a+") do
        number_of[name] = n
        n = n + 1
    end
    return number_of
end

local fields = {
    { key = "minute", what = "minute", least = 0, most = 59 },
    { key = "hour", what = "hour", least = 0, most = 23 },
    { key = "day", what = "day of the month", least = 1, most = 31 },
    { key = "month", what = "month", least = 1, most = 12,
        names = names("jan feb mar apr may jun jul aug sep oct nov dec", 1) },
    { key = "weekday", what = "day of the week", least = 0, most = 7,
        names = names("sun mon tue wed thu fri sat", 0) },
}

local shorthands = {
    ["@yearly"] = "0 0 1 1 *",
    ["@annually"] = "0 0 1 1 *",
    ["@monthly"] = "0 0 1 * *",
    ["@weekly"] = "0 0 * * 0",
    ["@daily"] = "0 0 * * *",
    ["@midnight"] = "0 0 * * *",
    ["@hourly"] = "0 * * * *",
}

-- ---- reading --------------------------------------------------------------------------------------

local function fail(format, ...)
    error({ text = format:format(...) })
end

local function read_number(text, field)
    local named = field.names and field.names[text:lower()]
    if named then return named end
    if not text:find("^%d+$") then
        fail("%s: '%s' is no number%s", field.what, text, field.names and " and no name such as " ..
            (field.key == "month" and "jan" or "mon") or "")
    end
    local n = tonumber(text)
    if n < field.least or n > field.most then
        fail("%s: %s is not in %d-%d", field.what, text, field.least, field.most)
    end
    return n
end

-- "*", "5", "1-5": the first and the last.
local function read_range(text, field)
    if text == "*" then return field.least, field.most end
    local from, to = text:match("^([^-]+)-([^-]+)$")
    if not from then
        local n = read_number(text, field)
        return n, n
    end
    local first, last = read_number(from, field), read_number(to, field)
    if field.key == "weekday" and last == 0 then last = 7 end -- "fri-sun"
    if first > last then
        fail("%s: the range '%s' ends before it begins: write two, such as %s-%d,%d-%s", field.what, text, from,
            field.most, field.least, to)
    end
    return first, last
end

local function read_step(text, range, field)
    if not text then return 1 end
    if not text:find("^%d+$") or tonumber(text) == 0 then
        fail("%s: the step '%s' is no number from 1 on", field.what, text)
    end
    if range ~= "*" and not range:find("-", 1, true) then
        fail("%s: a step needs a range, as in %s-%d/%s", field.what, range, field.most, text)
    end
    return tonumber(text)
end

local function read_field(text, field)
    local set = {}
    for part in (text .. ","):gmatch("([^,]*),") do
        local range, step = part:match("^([^/]+)/([^/]*)$")
        local first, last = read_range(range or part, field)
        for n = first, last, read_step(step, range, field) do
            set[field.key == "weekday" and n % 7 or n] = true
        end
    end
    return set
end

local function list_of(set, field)
    local list = {}
    for n = field.least, field.most do
        if set[n] then list[#list + 1] = n end
    end
    return list
end

local function begins_with_star(text)
    return text:sub(1, 1) == "*"
end

-- ---- the calendar ---------------------------------------------------------------------------------

local lengths = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function length_of(month, year)
    local is_leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
    return month == 2 and not is_leap and 28 or lengths[month]
end

-- Sunday is 0.
local function weekday_of(year, month, day)
    local shifts = { 0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4 }
    local y = month < 3 and year - 1 or year
    return (y + y // 4 - y // 100 + y // 400 + shifts[month] + day) % 7
end

-- Cron's rule: if both days are restricted, one of them is enough; "*/2" does not count as restricted.
local function is_due_on(line, date)
    if not line.month[date.month] then return false end
    local day, weekday = line.day[date.day], line.weekday[weekday_of(date.year, date.month, date.day)]
    if line.needs_both_days then return day and weekday end
    return day or weekday
end

local function next_date(line, date)
    local year, month, day = date.year, date.month, date.day + 1
    while not line.month[month] or day > length_of(month, year) do
        month, day = month + 1, 1
        if month > 12 then year, month = year + 1, 1 end
    end
    return { year = year, month = month, day = day }
end

-- The first date from `date` on, or nil.
local function first_date(line, date)
    local last_year = date.year + FURTHEST
    while not is_due_on(line, date) do
        date = next_date(line, date)
        if date.year > last_year then return nil end
    end
    return date
end

-- Whether any date is meant at all.
local function is_possible(line)
    if not line.needs_both_days then return true end
    for month in pairs(line.month) do
        for day in pairs(line.day) do
            if day <= lengths[month] then return true end
        end
    end
    return false
end

-- ---- local time -----------------------------------------------------------------------------------

local function is_before(t, date, hour, minute)
    local d = os.date("*t", t)
    if d.year ~= date.year then return d.year < date.year end
    if d.month ~= date.month then return d.month < date.month end
    if d.day ~= date.day then return d.day < date.day end
    if d.hour ~= hour then return d.hour < hour end
    return d.min < minute
end

local function is_at(t, date, hour, minute)
    local d = os.date("*t", t)
    return d.day == date.day and d.hour == hour and d.min == minute
end

-- When a clock on the wall shows this for the first time; if the hour is left out on that day, when it comes out of the
-- gap.
local function moment(date, hour, minute)
    local t = os.time { year = date.year, month = date.month, day = date.day, hour = hour, min = minute, sec = 0 }
    if is_at(t, date, hour, minute) then
        for _, shift in ipairs { 7200, 3600, 1800 } do
            if is_at(t - shift, date, hour, minute) then return t - shift end
        end
        return t
    end
    repeat t = t - 3600 until is_before(t, date, hour, minute)
    t = t - t % 60
    repeat t = t + 60 until not is_before(t, date, hour, minute)
    return t
end

-- A line that names its hours: each of them once a day, whatever summer time does.
local function next_fixed(line, after)
    local now = os.date("*t", after)
    local date, earliest = now, now.hour
    while true do
        date = first_date(line, date)
        if not date then return nil end
        if date ~= now then earliest = 0 end
        for _, hour in ipairs(line.hours) do
            for _, minute in ipairs(hour >= earliest and line.minutes or {}) do
                local t = moment(date, hour, minute)
                if t > after then return t end
            end
        end
        date = next_date(line, date)
    end
end

-- A line with a star: whenever the clock shows what it says.
local function next_wild(line, after)
    local t = after - os.date("*t", after).sec + 60
    while true do
        local now = os.date("*t", t)
        if not is_due_on(line, now) then
            local date = first_date(line, now)
            if not date then return nil end
            t = moment(date, 0, 0)
        elseif not line.hour[now.hour] then
            t = t + (60 - now.min) * 60
        elseif not line.minute[now.min] then
            t = t + 60
        else
            return t
        end
    end
end

-- ---- for others -----------------------------------------------------------------------------------

local function read_line(text)
    local words = {}
    for word in (shorthands[text:lower()] or text):gmatch("%S+") do words[#words + 1] = word end
    if #words == 1 and words[1]:sub(1, 1) == "@" then
        fail(words[1]:lower() == "@reboot" and "@reboot: a program with autostart is started with reeve"
            or "there is no %s: it is one of @hourly @daily @weekly @monthly @yearly", words[1])
    end
    if #words ~= #fields then
        fail("%d fields, and a cron line has 5: minute, hour, day of the month, month, day of the week", #words)
    end
    local line = {
        is_wild = begins_with_star(words[1]) or begins_with_star(words[2]),
        needs_both_days = begins_with_star(words[3]) or begins_with_star(words[5]),
    }
    for i, field in ipairs(fields) do line[field.key] = read_field(words[i], field) end
    line.minutes, line.hours = list_of(line.minute, fields[1]), list_of(line.hour, fields[2])
    if not is_possible(line) then fail("this date never comes: no such month has such a day") end
    return line
end

--- What a line says, for `cron.next`.
---@param text string five fields, or "@hourly" …
---@return table? line, string? why
function cron.parse(text)
    local good, result = pcall(read_line, text)
    if good then return result end
    if type(result) ~= "table" then error(result, 0) end
    return nil, ("cron line '%s': %s"):format(text, result.text)
end

--- The first time after `after` when it is due, or nil if there is none within 40 years.
---@param line table
---@param after number
---@return integer?
function cron.next(line, after)
    local second = math.floor(after)
    if line.is_wild then return next_wild(line, second) end
    return next_fixed(line, second)
end

--- A moment from "2026-12-24 18:00" or "2026-12-24 18:00:30".
---@param text string
---@return integer? time, string? why
function cron.moment(text)
    local year, month, day, rest = text:match("^(%d%d%d%d)-(%d%d)-(%d%d)[ T](.+)$")
    local hour, minute, second = (rest or ""):match("^(%d%d):(%d%d)$")
    if not hour then hour, minute, second = (rest or ""):match("^(%d%d):(%d%d):(%d%d)$") end
    if not hour then return nil, ("'%s' is no time such as \"2026-12-24 18:00\""):format(text) end
    local date = { year = tonumber(year), month = tonumber(month), day = tonumber(day) }
    hour, minute, second = tonumber(hour), tonumber(minute), tonumber(second or 0)
    if date.month < 1 or date.month > 12 or date.day < 1 or date.day > length_of(date.month, date.year) then
        return nil, ("'%s': there is no such day"):format(text)
    end
    if hour > 23 or minute > 59 or second > 59 then return nil, ("'%s': there is no such hour"):format(text) end
    return moment(date, hour, minute) + second
end

return cron
