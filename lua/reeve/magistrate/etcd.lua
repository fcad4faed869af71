-- etcd by its HTTP gateway: keys, leases, locks, watches. Keys and values are texts here.
local account = require "reeve.magistrate.account"
local cluster = require "reeve.cluster"
local wire = require "reeve.magistrate.wire"

local etcd = {}

local encode, decode = cluster.encode, cluster.decode

local SILENCE = 600 -- seconds without an event, after which a watch is begun anew

-- ---- what an answer says: whoever answers may be no etcd ------------------------------------------

local LONGEST = 366 * 24 * 3600 -- of a lease, in seconds

local function object(value) return type(value) == "table" and value or {} end

local function text_of(value) return type(value) == "string" and value or nil end

-- Its numbers come as texts.
local function whole(value) return math.tointeger(tonumber(value)) end

-- Zero is left out.
local function seconds(value)
    local n = whole(value == nil and 0 or value)
    return n and n >= 0 and n <= LONGEST and n or nil
end

-- Nothing is left out, too.
local function decoded(value)
    if value == nil then return "" end
    return type(value) == "string" and decode(value) or nil
end

local function revision_of(answer) return whole(object(answer.header).revision) end

local function nonsense(text) return "its answer is not one of etcd's: " .. text:sub(1, 200) end

-- The reason in an answer that is an error.
local function words_of(said)
    said = object(said)
    return text_of(said.message) or text_of(object(said.error).message) or text_of(said.error)
end

-- ---- asking ---------------------------------------------------------------------------------------

-- What is under a prefix that ends in a slash ends before the character behind the slash.
local function end_of(prefix) return prefix:sub(1, -2) .. "0" end

local function explain(response)
    local words = words_of(reeve.json.decode(response.body))
    return ("it answered with status %d%s"):format(response.status, words and ": " .. words or "")
end

local Client = {}
Client.__index = Client

function Client:url() return self.options.urls[self.number] end

local function request(e, path, body, timeout, token)
    local options = e.options
    local headers = { ["Content-Type"] = "application/json" }
    if token ~= "" then headers.Authorization = token end
    return {
        url = e:url() .. "v3/" .. path, method = "POST", body = reeve.json.encode(body), headers = headers,
        timeout = math.max(timeout, 0.01), max_body = wire.LARGEST,
        ca_file = options.ca_file, cert_file = options.cert_file,
        key_file = options.key_file, insecure = options.insecure, proxy = options.proxy,
    }
end

-- The answer as text; or nil, why, and whether there was an answer. Whoever does not answer is not asked again soon.
local function send(e, path, body, timeout, token)
    local response, why = reeve.http.request(request(e, path, body, timeout, token))
    if response and response.status == 200 then return response.body end
    if not response or response.status >= 500 then e.number = e.number % #e.options.urls + 1 end
    if not response then return nil, why, false end
    return nil, explain(response), true
end

--- A client of the servers `options.urls`, of which one is asked until it fails, and then the next. With
--- `options.username` and `options.password` by that account.
function etcd.open(options)
    local e = setmetatable({ options = options, number = 1, identity = account.none }, Client)
    if options.username then
        e.identity = account.new(options.username, options.password, function(path, body, timeout)
            return send(e, path, body, timeout, "")
        end)
    end
    return e
end

--- The answer as text; or nil, why, and whether there was an answer. All within the timeout.
function Client:ask(path, body, timeout)
    local ends = cluster.clock() + (timeout or self.options.timeout)
    local function once()
        local token, wrong, heard = self.identity.token(ends - cluster.clock())
        if not token then return nil, wrong, heard end
        local text, why, reached = send(self, path, body, ends - cluster.clock(), token)
        return text, why, reached, not text and self.identity.refused(token, why)
    end
    local text, why, reached, again = once()
    if again then text, why, reached = once() end
    return text, why, reached
end

--- What `read(answer)` makes of the answer; or nil, why, and whether there was one. `read` returns nil, and at best
--- why, for what is no answer of etcd's.
function Client:call(read, path, body, timeout)
    local text, why, reached = self:ask(path, body, timeout)
    if not text then return nil, why, reached end
    local value, wrong = read(object(reeve.json.decode(text)))
    if value == nil then return nil, wrong or nonsense(text), true end
    return value
end

-- ---- keys -----------------------------------------------------------------------------------------

--- What is to be asked for all keys under a prefix.
function etcd.under(prefix) return { key = encode(prefix), range_end = encode(end_of(prefix)) } end

function Client:put(key, value, lease, timeout)
    return self:call(revision_of, "kv/put", { key = encode(key), value = encode(value), lease = lease }, timeout)
end

-- The revision, or false.
local function read_success(answer)
    local revision = revision_of(answer)
    if not revision then return nil end
    return answer.succeeded == true and revision
end

--- Put a key if it is not there: the revision, or false.
function Client:create(key, value, lease, timeout)
    return self:call(read_success, "kv/txn", {
        compare = { { key = encode(key), target = "CREATE", result = "EQUAL", create_revision = "0" } },
        success = { { request_put = { key = encode(key), value = encode(value), lease = lease } } },
    }, timeout)
end

--- Put another value in the place of one, if that is there still.
function Client:replace(key, old, new)
    return self:call(revision_of, "kv/txn", {
        compare = { { key = encode(key), target = "VALUE", result = "EQUAL", value = encode(old) } },
        success = { { request_put = { key = encode(key), value = encode(new) } } },
    })
end

--- Take away a key that belongs to a lease.
function Client:release(key, lease)
    return self:call(revision_of, "kv/txn", {
        compare = { { key = encode(key), target = "LEASE", result = "EQUAL", lease = lease } },
        success = { { request_delete_range = { key = encode(key) } } },
    })
end

-- ---- leases ---------------------------------------------------------------------------------------

local function read_grant(answer)
    local id, ttl = text_of(answer.ID), seconds(answer.TTL)
    return id and ttl and { id = id, seconds = ttl }, words_of(answer)
end

--- A new lease: { id =, seconds = }.
function Client:grant(time, timeout)
    return self:call(read_grant, "lease/grant", { TTL = tostring(math.ceil(time)) }, timeout)
end

local function read_renewal(answer)
    if type(answer.result) ~= "table" then return nil, words_of(answer) end
    return seconds(answer.result.TTL)
end

--- How many seconds it has from now on, 0: it is gone.
function Client:renew(lease, timeout)
    return self:call(read_renewal, "lease/keepalive", { ID = lease }, timeout)
end

-- ---- watches --------------------------------------------------------------------------------------

local function read_event(event)
    local kv = object(object(event).kv)
    local key, revision = decoded(kv.key), whole(kv.mod_revision)
    return key and revision and { key = key, gone = event.type == "DELETE", revision = revision }
end

-- The events of a line: a list; or nil, why there are no more, and whether etcd has cancelled the watch.
local function read_events(line)
    local result = object(reeve.json.decode(line)).result
    if type(result) ~= "table" then return nil, "a watch says: " .. line:sub(1, 200) end
    if result.canceled then return nil, text_of(result.cancel_reason) or "the watch was cancelled", true end
    local events = {}
    for i, said in ipairs(object(result.events)) do
        events[i] = read_event(said)
        if not events[i] then return nil, "a watch says: " .. line:sub(1, 200) end
    end
    return events
end

--- What happens under a prefix from a revision on: a function that waits and returns a list of
--- { key =, gone =, revision = }, or nil and why.
function Client:watch(prefix, revision)
    local create = etcd.under(prefix)
    create.start_revision = tostring(revision)
    local token, why = self.identity.token(self.options.timeout)
    local stream
    if token then
        stream, why = reeve.http.stream(request(self, "watch", { create_request = create }, SILENCE, token))
    end
    return function()
        if not stream then return nil, why end
        local line, wrong = stream:read_line()
        if not line then return nil, wrong end
        local events, reason, is_cancelled = read_events(line)
        if is_cancelled then self.identity.refused(token, reason) end
        if not events then stream:close() end
        return events, reason
    end
end

-- ---- answers --------------------------------------------------------------------------------------

local function read_key(kv)
    kv = object(kv)
    local key, value, revision = decoded(kv.key), decoded(kv.value), whole(kv.create_revision)
    return key and value and revision and { key = key, value = value, lease = kv.lease, revision = revision }
end

--- The keys of a range's answer: a list of { key =, value =, lease =, revision = }, and the revision of all.
function etcd.read_range(text)
    local answer = object(reeve.json.decode(text))
    local revision, keys = revision_of(answer), {}
    for i, kv in ipairs(object(answer.kvs)) do
        keys[i] = read_key(kv)
        if not keys[i] then return nil, nonsense(text) end
    end
    if not revision then return nil, nonsense(text) end
    return keys, revision
end

--- A server of target states, as wire.server is one: PREFIX/targets/NAME/WORKER, PREFIX/status/NAME.
function etcd.server(e, prefix)
    local server = {}

    local function folder(name) return prefix .. "targets/" .. name .. "/" end

    function server.ask(name)
        server.folder = folder(name)
        return e:ask("kv/range", etcd.under(server.folder))
    end

    function server.read(text)
        local keys, revision = etcd.read_range(text)
        if not keys then return nil, revision end
        server.revision = revision
        local states = {}
        for _, kv in ipairs(keys) do
            states[kv.key:sub(#server.folder + 1)] = { target_state = kv.value }
        end
        return states
    end

    function server.acknowledge(name, worker)
        return e:replace(folder(name) .. worker, "forced_restart", "running")
    end

    function server.report(name, text) return e:put(prefix .. "status/" .. name, text) end

    --- Events of this box's targets, from the last answer on.
    function server.watch(name) return e:watch(folder(name), server.revision + 1) end

    return server
end

return etcd
