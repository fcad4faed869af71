-- Every option of an alert stands in the manual and in what editors are told, and nothing else does.
-- TREE is the root of the tree.

local options = require "reeve.alert.options"

local function read(path)
    local file <close> = assert(io.open(os.getenv("TREE") .. path))
    return file:read("a")
end

local manual = read("/contrib/man/supervisor.lua.5"):match("\n%.Sh ALERTS\n(.-)\n%.Sh ")
local meta = read("/lua/reeve/meta/alert.lua")

-- The fields of a class and of those that it stands on.
local function fields_of(class, into)
    local parent, body = meta:match("\n%-%-%-@class reeve%." .. class .. "([^\n]*)\n(.-)\n\n")
    for name in body:gmatch("%-%-%-@field ([%w_]+)") do into[name] = true end
    parent = parent:match(": reeve%.(%w+)")
    return parent and fields_of(parent, into) or into
end

local listed = {}
for names in manual:gmatch("\n%.It Ic ([^\n]+)") do
    for name in names:gmatch("[%w_]+") do listed[name] = true end
end

local known, count = {}, 0
for kind, class in pairs { email = "AlertEmail", syslog = "AlertSyslog", webhook = "AlertWebhook" } do
    local fields = fields_of(class, {})
    for name in pairs(options.kinds[kind]) do
        assert(fields[name], ("%s: editors are not told of '%s'"):format(kind, name))
        assert(listed[name], ("the manual does not tell of '%s'"):format(name))
        fields[name], known[name] = nil, true
        count = count + 1
    end
    assert(next(fields) == nil, ("%s: there is no '%s'"):format(kind, next(fields) or ""))
end
for name in pairs(listed) do assert(known[name], ("there is no '%s'"):format(name)) end
for name, f in pairs(require "reeve.alert") do
    assert(type(f) == "function" and meta:find(("\nfunction alert.%s("):format(name), 1, true), name)
end
assert(count > 20)
reeve.log("notice", "%d options are told", count)
