-- What outlives a pass: the targets of all workers, in a file that is replaced as a whole, or in reeve.store.
local cluster = require "reeve.cluster"
local target = require "reeve.magistrate.target"

local memory = {}

local LARGEST = 16 * 1024 * 1024
local PATIENCE = 30 -- seconds for a disk
local ENOENT = 2

-- Or nil, why, and whether there is none.
local function read_file(path)
    local file, why, code = io.open(path)
    if not file then return nil, why, code == ENOENT end
    local text = file:read(LARGEST + 1)
    file:close()
    if text and #text > LARGEST then return nil, path .. ": more than 16 MB" end
    return text or ""
end

local function read_workers(workers)
    local all = {}
    for name, said in pairs(type(workers) == "table" and workers or {}) do
        all[name] = target.read(said)
    end
    return all
end

local function parse(text, name)
    local found, why = reeve.json.decode(text)
    if type(found) ~= "table" then return nil, why or "no JSON object" end
    if found.name ~= name then return nil, ("it belongs to '%s'"):format(tostring(found.name)) end
    return found
end

--- What is known of the box `name`. `path` is nil for one that has no cache. `known`: the server has spoken once.
function memory.load(path, name)
    local m = { path = path, name = name, key = "reeve.magistrate " .. name, workers = {} }
    if not path then
        local kept = reeve.store[m.key]
        if kept then m.known, m.workers = true, read_workers(kept) end
        return m
    end
    local text, why, is_missing = read_file(path)
    local found
    if is_missing then return m end
    if text then found, why = parse(text, name) end
    if not found then return m, ("the cache '%s' cannot be used: %s"):format(path, why) end
    m.known, m.workers, m.at = true, read_workers(found.workers), tonumber(found.at)
    return m
end

-- One writer at a time, or the older text might come last. One that was cut off is not waited for.
local function wait_for_turn(m)
    while m.writing and cluster.clock() - m.writing < PATIENCE do reeve.sleep(0.01) end
end

--- Keep it, if anything has changed. It may wait. nil, and why.
function memory.save(m)
    wait_for_turn(m)
    if not m.changed then return true end
    m.changed = nil
    if not m.path then
        local good, why = pcall(function() reeve.store[m.key] = m.workers end)
        return good or nil, why
    end
    m.at = math.floor(reeve.now())
    local text = reeve.json.encode { name = m.name, at = m.at, workers = m.workers }
    m.writing = cluster.clock()
    local saved, why = reeve.save(m.path, text .. "\n")
    m.writing = nil
    if not saved then m.changed = true end
    return saved, why
end

return memory
