-- What is said of an option that nobody knows: with the words of the functions that are written in C.

local inside = require "reeve.inside"

--- "unknown option 'digst', did you mean 'digest'?"; the options that there are, are the keys of `known`.
local function unknown(name, known)
    local names = {}
    for key in pairs(known) do names[#names + 1] = key end
    table.sort(names)
    local near = type(name) == "string" and inside.nearest(name, names)
    return ("unknown option '%s'%s"):format(tostring(name), near and (", did you mean '%s'?"):format(near) or "")
end

return unknown
