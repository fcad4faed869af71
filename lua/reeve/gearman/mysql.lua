-- Functions of Gearman workers from a table in MySQL that operators edit while the workers run.

local mysql = require "reeve.mysql"

-- Its own option; the others are those of mysql.connect.
local default_table = "gearman_functions"

-- `name` or `database.name`, between the server's quotes.
local function quote(name)
    if type(name) ~= "string" then error("from_mysql: 'table' is no text", 3) end
    local parts = {}
    for part in (name .. "."):gmatch("([^.]*)%.") do
        if not part:find("^[%w_$-]+$") then
            error(("from_mysql: 'table' is no name of a table: '%s'"):format(name), 3)
        end
        parts[#parts + 1] = "`" .. part .. "`"
    end
    return table.concat(parts, ".")
end

local function is_given(text)
    return text ~= nil and text ~= ""
end

-- 0 seconds are no limit, and NULL is the one that all functions have.
local function timeout_of(row)
    local seconds = tonumber(row.timeout)
    if seconds == 0 then return false end
    return math.tointeger(seconds) or seconds or row.timeout
end

-- What is wrong in it is told by whoever is given the list.
local function definition(row)
    local named = is_given(row.name)
    return {
        name = named and row.name or nil,
        ns = not named and is_given(row.ns) and row.ns or nil,
        method = not named and is_given(row.method) and row.method or nil,
        executor = is_given(row.executor) and row.executor or nil,
        concurrency = math.tointeger(tonumber(row.concurrency)) or row.concurrency,
        timeout = timeout_of(row),
    }
end

-- Of two rows with one name the older one holds, at each reload.
local function by_id(a, b)
    return (tonumber(a.id) or 0) < (tonumber(b.id) or 0)
end

local function without_table(options)
    local connection = {}
    for key, value in pairs(options) do connection[key] = value end
    connection.table = nil
    return connection
end

--- from_mysql { host= or socket=, user=, password=, database=, table="gearman_functions" } -> provider
---
--- Nobody is asked yet. The provider, a function that waits, asks for the rows that are active and have a concurrency,
--- and returns a list, or nil and a message.
local function from_mysql(options)
    if type(options) ~= "table" then error("from_mysql: expected a table of options", 2) end
    local sql = ("SELECT * FROM %s WHERE active AND concurrency > 0"):format(quote(options.table or default_table))
    local good, db = pcall(mysql.connect, without_table(options))
    if not good then error("from_mysql: " .. db, 2) end -- with the caller's line, not ours
    return function()
        local rows, why = db:query(sql)
        if not rows then return nil, why end
        table.sort(rows, by_id)
        for i, row in ipairs(rows) do rows[i] = definition(row) end
        return rows
    end
end

return from_mysql
