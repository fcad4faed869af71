-- What goes over the wire between a box and its server: the requests of magistrate, byte for byte.
local wire = {}

local FORM = "application/x-www-form-urlencoded"

--- Of an answer: the targets of many thousands. To read what is longer would take longer than others should wait.
wire.LARGEST = "1MB"

local function hexadecimal(c) return ("%%%02X"):format(c:byte()) end

--- The name that the server knows this box by: what is no letter, digit, `-` or `_` becomes `-`, in lower case.
function wire.clean_name(text)
    return (text:gsub("[^A-Za-z0-9_-]", " "):gsub(" +", "-"):lower())
end

--- Text as a part of a URL.
function wire.escape(text)
    return (text:gsub("[^A-Za-z0-9._~-]", hexadecimal))
end

local escaped = setmetatable({ [" "] = "+" }, { __index = function(t, c)
    t[c] = hexadecimal(c)
    return t[c]
end })

--- Text as the value of a form's field.
function wire.form(text)
    return (text:gsub("[^A-Za-z0-9*._-]", escaped))
end

--- The base of all URLs, with its slash; a name and a password in it are taken out.
function wire.split_url(url)
    local scheme, account, rest = url:match("^(https?://)([^/@]*)@(.*)$")
    local base = (scheme and scheme .. rest or url):gsub("/*$", "/")
    if not account then return base end
    local function plain(text) return (text:gsub("%%(%x%x)", function(x) return string.char(tonumber(x, 16)) end)) end
    local user, password = account:match("^([^:]*):(.*)$")
    return base, plain(user or account), password and plain(password)
end

local function is_object(value) return type(value) == "table" and value[1] == nil end

--- What an answer says of the workers, { name = whatever }; or nil, and why.
function wire.read_states(text)
    local answer, wrong = reeve.json.decode(text)
    if answer == nil then return nil, "its answer is no JSON: " .. wrong end
    if not is_object(answer) then return nil, "its answer is no JSON object" end
    if answer.workers == nil or answer.workers == reeve.json.null then return {} end
    if not is_object(answer.workers) then return nil, "`workers` in its answer is no JSON object" end
    return answer.workers
end

--- A server: `ask` asks for the target states, `acknowledge` tells of a forced restart, `report` of this box.
function wire.server(options)
    local server = {}
    local both = options.username and options.password

    local function ask(method, path, body)
        return reeve.http.request {
            url = options.url .. path, method = method, body = body, timeout = options.timeout,
            max_body = wire.LARGEST,
            headers = body and { ["Content-Type"] = FORM } or nil,
            user = both and options.username, password = both and options.password,
            ca_file = options.ca_file, cert_file = options.cert_file, key_file = options.key_file,
            insecure = options.insecure, proxy = options.proxy,
        }
    end

    local function refusal(response)
        return ("it answered with status %d"):format(response.status)
    end

    --- The answer as text; or nil, why, and whether the server can be reached.
    function server.ask(name)
        local response, why = ask("GET", "api/status/" .. wire.escape(name))
        if not response then return nil, why, false end
        if response.status ~= 200 then return nil, refusal(response), true end
        return response.body
    end

    server.read = wire.read_states

    --- Any status of 200 to 399 will do: the server redirects to its page. So does one that wants a login first:
    --- whether it has understood is in what it says now.
    server.may_not_heed = true

    function server.acknowledge(name, worker)
        local path = "supervisors/%s/workers/%s/set_target_state/running"
        local response, why = ask("POST", path:format(wire.escape(name), wire.escape(worker)), "")
        if not response then return nil, why end
        if response.status < 200 or response.status > 399 then return nil, refusal(response) end
        return true
    end

    --- `text` is written as the value of a form's field already.
    function server.report(name, text)
        local response, why = ask("POST", "api/status/" .. wire.escape(name), "status=" .. text)
        if not response then return nil, why end
        if response.status < 200 or response.status > 299 then return nil, refusal(response) end
        return true
    end

    return server
end

return wire
