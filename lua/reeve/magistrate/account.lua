-- An account of etcd's: with each request it wants a token, which it gives for a name and a password, and forgets after
-- a while, or when it starts anew.
local account = {}

local REFUSALS = { "invalid auth token", "user name is empty", "revision of auth store is old" }

local function is_about_token(why)
    for _, words in ipairs(REFUSALS) do
        if why:find(words, 1, true) then return true end
    end
    return false
end

--- For who has no account: no request has a token.
account.none = { token = function() return "" end, refused = function() return false end }

--- `ask(path, body, timeout)` -> the answer as text; or nil, why, and whether there was one.
function account.new(name, password, ask)
    local a = {}
    local token

    --- The token for the next request, "" where none is wanted; or nil, why, and whether there was an answer.
    function a.token(timeout)
        if token then return token end
        local text, why, reached = ask("auth/authenticate", { name = name, password = password }, timeout)
        local answer = text and reeve.json.decode(text)
        if type(answer) == "table" and type(answer.token) == "string" then
            token = answer.token
        elseif text then
            return nil, "its answer to a name and a password has no token", true
        elseif why:find("authentication is not enabled", 1, true) then
            token = "" -- until one is asked for
        else
            return nil, ("it does not let '%s' in: %s"):format(name, why), reached
        end
        return token
    end

    --- A request with the token `old` was refused: whether that was for the token, and another one may do. Somebody may
    --- have got it already.
    function a.refused(old, why)
        if not is_about_token(why) then return false end
        if token == old then token = nil end
        return true
    end

    return a
end

return account
