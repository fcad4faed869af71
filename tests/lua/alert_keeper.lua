-- What is kept of alerts, and when: evaluated by `reeve check`, with a store, a file and a clock that are only tables
-- and a number.
-- luacheck: globals reeve

local now, timers = 0, {}
local stored, written, removed, file, failure, said

reeve.after = function(time, f)
    timers[#timers + 1] = { at = now + time, f = f }
    return timers[#timers]
end
local state = require "reeve.state"

function state.read() return file, not file and failure or nil end

function state.write(_, text)
    written, file = written + 1, not failure and text or file
    return not failure, failure
end

function state.remove()
    removed, file = removed + 1, nil
    return true
end

local keeper = require "reeve.alert.keeper"
local test = require "promises"

local equal = test.equal

-- Let time pass until then.
local function advance(seconds)
    now = now + seconds
    for i = #timers, 1, -1 do
        if timers[i].at <= now then table.remove(timers, i).f() end
    end
end

local function an_alert(given)
    return {
        problems = given.problems or {}, pending = given.pending or {}, messages = given.messages or {}, untold = 0,
    }
end

local message = { subject = "web crashed", body = "web crashed", at = 1 }
local pending = { host = "h", process = "web", event = "crash", at = 1, count = 1, since = 1 }

-- Nothing of earlier ones is left; `c` is all that there is to keep.
local function fresh(c)
    advance(10)
    keeper.drop_rest()
    stored, written, removed, file, failure, said = 0, 0, 0, nil, nil, {}
    reeve.store = setmetatable({}, { __newindex = function(t, key, value)
        stored = stored + 1
        rawset(t, key .. " last", value)
    end })
    keeper.open(function() return { alert = c } end)
end

local promises = {}

function promises.what_changes_is_kept_over_a_reload_a_second_later()
    fresh(an_alert { messages = { message } })
    keeper.changed()
    keeper.changed()
    advance(0.9)
    equal(0, stored)
    advance(0.2)
    equal(1, stored)
    keeper.changed()
    advance(1)
    equal(2, stored)
    equal(0, written)
end

function promises.what_waits_is_written_soon_and_before_others_take_over()
    fresh(an_alert { messages = { message } })
    keeper.save()
    keeper.save()
    advance(0.1)
    equal(1, written)
    advance(1)
    equal(1, stored)
    keeper.save()
    keeper.farewell(false)
    equal(2, written)
    equal(2, stored)
    advance(0.1)
    keeper.farewell(false)
    equal(3, written)
    assert(file:find("web crashed", 1, true))
end

function promises.there_is_a_file_only_if_there_is_something_to_keep()
    for _, c in ipairs { { messages = { message } }, { pending = { pending } }, { problems = { web = {} } } } do
        fresh(an_alert(c))
        keeper.save()
        advance(0.1)
        assert(file)
    end
    fresh(an_alert {})
    file = "{}"
    keeper.save()
    advance(0.1)
    equal(nil, file)
end

function promises.what_the_file_says_is_taken_once()
    fresh(an_alert {})
    file = reeve.json.encode { alert = an_alert { messages = { message } }, other = an_alert { pending = { pending } } }
    equal("web crashed", keeper.take("alert").messages[1].subject)
    equal(nil, keeper.take("alert"))
    equal(0, #said)
    keeper.drop_rest()
    equal("warning alerts: there is no other any more; what waited for it is dropped: 1", said[1])
    equal(1, #said)
end

function promises.a_file_that_cannot_be_read_is_told()
    for text, why in pairs { ["[1"] = "alerts.json: ", ["1"] = "alerts.json: it is not an object" } do
        fresh(an_alert {})
        file = text
        equal(nil, keeper.take("alert"))
        assert(said[1]:find("err alerts that wait are not kept: " .. why, 1, true), said[1])
    end
    fresh(an_alert {})
    failure = "Permission denied"
    keeper.take("alert")
    equal("err alerts that wait are not kept: Permission denied", said[1])
    fresh(an_alert {})
    failure = "there is no state_dir"
    keeper.take("alert")
    equal(0, #said)
end

function promises.what_is_not_understood_is_left_out()
    local function broken(key, value)
        local c = an_alert { messages = { message }, pending = { pending } }
        c[key] = value
        return c
    end
    local not_understood = {
        1, broken("problems", 1), broken("pending", { a = 1 }), broken("messages", { a = 1 }), broken("untold", "1"),
        broken("pending", { { event = "crash" } }), broken("messages", { 1 }),
        broken("messages", { { subject = "s", body = "b" } }), broken("messages", { { subject = "s", at = 1 } }),
        broken("messages", { { body = "b", at = 1 } }),
    }
    for _, c in ipairs(not_understood) do
        fresh(an_alert {})
        file = reeve.json.encode { alert = c }
        equal(nil, keeper.take("alert"))
        equal("warning alert: what was kept is not understood", said[1])
        keeper.drop_rest()
        equal(1, #said)
    end
end

function promises.at_the_end_what_is_lost_is_told()
    fresh(an_alert { messages = { message, message } })
    keeper.farewell(true)
    equal(1, written)
    equal(0, #said)
    failure = "No space left on device"
    keeper.farewell(true)
    equal("err 2 alerts could not be sent and are lost: No space left on device", said[1])
    fresh(an_alert { problems = { web = {} } })
    failure = "No space left on device"
    keeper.farewell(true)
    equal(0, #said)
end

for name, promise in pairs(promises) do
    promises[name] = function()
        local log = reeve.log
        reeve.log = function(priority, text, ...) said[#said + 1] = priority .. " " .. text:format(...) end
        promise()
        reeve.log = log
    end
end
test.keep(promises)
