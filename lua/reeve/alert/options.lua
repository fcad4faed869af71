-- What may be written between the braces of `alert.email { … }`, and what it means.

local inside = require "reeve.inside"
local unknown = require "reeve.unknown"

local options = {}

local kinds = {
    "crash", "fatal", "recovered", "start", "stop", "exit", "health", "reload", "reload_failed", "shutdown",
}

local function list_of(check)
    return function(value)
        if type(value) == "string" then value = { value } end
        if type(value) ~= "table" or #value == 0 then return nil, "expected a text or a list of texts" end
        for _, item in ipairs(value) do
            if type(item) ~= "string" then return nil, "expected texts, got a " .. type(item) end
            local why = check and check(item)
            if why then return nil, why end
        end
        return value
    end
end

local function a(kind)
    return function(value)
        if type(value) == kind then return value end
        return nil, ("expected a %s, got a %s"):format(kind == "string" and "text" or kind, type(value))
    end
end

local function time(value)
    local seconds = inside.duration(value)
    if seconds then return seconds end
    return nil, 'expected a time: seconds, or a text such as "30s"'
end

local function check_kind(word)
    for _, kind in ipairs(kinds) do
        if word == kind then return nil end
    end
    local near = inside.nearest(word, kinds)
    return ("there is no '%s'; "):format(word) .. (near and ("did you mean '%s'?"):format(near)
        or "choose from " .. table.concat(kinds, ", "))
end

local function address(value)
    if type(value) ~= "string" then return a("string")(value) end
    local why = inside.check_address(value)
    if why then return nil, why end
    return value
end

local function beginning_with(...)
    local schemes = { ... }
    return function(value)
        if type(value) ~= "string" then return a("string")(value) end
        local scheme = value:match("^(%a+)://.")
        for _, good in ipairs(schemes) do
            if scheme == good or (good == "" and not scheme and value ~= "") then return value end
        end
        return nil, ("'%s' does not begin with %s:// or %s://"):format(value, schemes[1], schemes[2])
    end
end

local function headers(value)
    if type(value) ~= "table" then return nil, "expected a table" end
    for name, text in pairs(value) do
        if type(name) ~= "string" or type(text) ~= "string" then return nil, "expected names and texts" end
    end
    return value
end

local common = { on = list_of(check_kind), programs = list_of(), digest = time, repeat_after = time }

local transfer = {
    user = a("string"), password = a("string"), timeout = time, ca_file = a("string"), insecure = a("boolean"),
}

options.kinds = {
    email = {
        from = address, to = list_of(inside.check_address), tls = a("boolean"),
        server = beginning_with("smtp", "smtps", ""),
    },
    syslog = { from = a("string") },
    webhook = {
        from = a("string"), url = beginning_with("http", "https"), headers = headers, proxy = a("string"),
        format = a("function"),
    },
}

for kind, table in pairs(options.kinds) do
    for name, check in pairs(common) do table[name] = check end
    for name, check in pairs(kind ~= "syslog" and transfer or {}) do table[name] = check end
end

options.required = { email = { "to" }, syslog = {}, webhook = { "url" } }

local defaults = {
    on = { "crash", "fatal", "recovered" }, programs = { "*" }, digest = 30, repeat_after = 3600, timeout = 10,
}

--- Check what was written for an alert of that kind; `complain` is called with each mistake. Returns what holds.
function options.read(kind, given, complain)
    local checks, read = options.kinds[kind], {}
    for name, value in pairs(defaults) do read[name] = value end
    if kind == "email" then read.from = "reeve@" .. reeve.host end
    for name, value in pairs(given) do
        local check = checks[name]
        if not check then
            complain(unknown(name, checks))
        else
            local good, why = check(value)
            if good == nil then complain(("'%s': %s"):format(name, why)) end
            read[name] = good
        end
    end
    for _, name in ipairs(options.required[kind]) do
        if given[name] == nil then complain(("'%s' is missing"):format(name)) end
    end
    return read
end

return options
