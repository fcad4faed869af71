-- What is remembered of one worker: the server's last word, what a user wanted instead, what was done about it.
local target = {}

local ACTED_UPON = { running = true, stopped = true, unmonitored = true, forced_restart = true }

--- Whether a word means anything.
function target.is_known(word) return ACTED_UPON[word] ~= nil end

--- The server says `word`. True: it has changed its mind, so what a user wanted meanwhile is over. That it turns to
--- `running` after we have told it of a restart is no change.
function target.hear(t, word)
    if t.word == word then return false end
    local ours = t.word == "forced_restart" and t.handled and word == "running"
    t.word, t.handled = word, nil
    if not ours then t.override = nil end
    return true
end

--- A user wants it up or down, until the server changes its mind.
function target.override(t, word)
    if t.override == word then return false end
    t.override = word
    return true
end

--- What is to be: "running", "stopped", "restart"; nil: it is left alone.
function target.goal(t)
    local word = t.override or t.word
    if word == "forced_restart" then return t.handled and "running" or "restart" end
    if word == "running" or word == "stopped" then return word end
end

--- The restart is under way: it is not done again for this word.
function target.restarted(t) t.handled = true end

--- Whether the server has to be told of one.
function target.owes_acknowledgement(t) return t.word == "forced_restart" and t.handled == true end

--- The server knows.
function target.acknowledged(t) t.word, t.handled = "running", nil end

--- It took that well, and still wants the restart that was done: that is the old word, and no new one.
function target.unheeded(t) t.word, t.handled = "forced_restart", true end

--- The word that is reported.
function target.word(t) return t and (t.override or t.word) or "unknown" end

--- A pass found it up, or had to start it.
function target.count(t, had_to_start)
    local bounces = had_to_start and (t.bounces or 0) + 1 or 0
    if bounces == (t.bounces or 0) then return false end
    t.bounces = bounces
    return true
end

-- "unknown" is the word for what the server has never named.

--- From a cache, where anything may stand; nil: it is none.
function target.read(t)
    if type(t) ~= "table" or type(t.word) ~= "string" then return nil end
    return {
        word = t.word,
        override = (t.override == "running" or t.override == "stopped") and t.override or nil,
        handled = t.handled == true or nil,
        bounces = math.type(t.bounces) == "integer" and t.bounces or nil,
    }
end

return target
