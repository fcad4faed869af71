-- Messages that wait for their way out: the first goes first, and what fails is tried again after 5 s, 10 s … 5 min.

local inside = require "reeve.inside"
local keeper = require "reeve.alert.keeper"

local outbox = {}

local MESSAGES_MOST, BYTES_MOST, OLDEST = 50, 256 * 1024, 5 * 24 * 3600
local FIRST_DELAY, LONGEST_DELAY, WARNINGS_MOST = 5, 300, 10

--- `name` is for the log; `send(message)` waits, and returns true, or nil, why, and whether the message itself was
--- refused.
function outbox.new(name, send)
    return { name = name, send = send, messages = {}, failures = 0 }
end

local function size_of(message)
    return #message.subject + #message.body
end

-- What is being sent is the first one, and stays.
local function make_room(box)
    local size = 0
    for _, m in ipairs(box.messages) do size = size + size_of(m) end
    while #box.messages > 2 and (#box.messages > MESSAGES_MOST or size > BYTES_MOST) do
        size = size - size_of(table.remove(box.messages, box.sending and 2 or 1))
        reeve.log("err", "%s: too many alerts wait, the oldest is dropped", box.name)
    end
end

local function delay_of(box)
    return math.min(FIRST_DELAY * 2 ^ math.max(0, box.failures - 1), LONGEST_DELAY)
end

-- Raised errors are failures, too: nobody else would hear of them.
local function try(box, message)
    local ok, good, why, refused = pcall(box.send, message)
    if not ok then return nil, good, true end
    return good, why, refused
end

local function succeed(box, message)
    if box.messages[1] == message then table.remove(box.messages, 1) end
    if box.failures > 0 then reeve.log("notice", "%s: delivered, failed tries before: %d", box.name, box.failures) end
    box.failures = 0
    keeper.save()
end

-- One that is refused lets the others go first.
local function fail(box, message, why, refused)
    box.failures = box.failures + 1
    if refused and box.messages[1] == message then
        table.insert(box.messages, table.remove(box.messages, 1))
    end
    local next = box.ending and "" or ("; trying again in %ds"):format(delay_of(box))
    reeve.log(box.failures < WARNINGS_MOST and "warning" or "info", "%s: not delivered: %s%s", box.name, why, next)
    keeper.save()
end

local deliver

local function begin(box)
    if box.sending then return end
    box.sending = reeve.task(function() deliver(box) end)
end

local function wait(box)
    box.timer = reeve.after(delay_of(box), function()
        box.timer = nil
        begin(box)
    end)
end

-- However it ends: what is left has its turn later.
local function rest(box)
    box.sending = nil
    if box.messages[1] and not box.ending then wait(box) end
end

function deliver(box)
    local refusals = 0
    local _ <close> = setmetatable({}, { __close = function() rest(box) end })
    inside.hold()
    while refusals < #box.messages do
        local message = box.messages[1]
        if reeve.now() - message.at > OLDEST then
            table.remove(box.messages, 1)
            reeve.log("err", "%s: an alert is dropped, it has waited for five days: %s", box.name, message.subject)
        else
            local good, why, refused = try(box, message)
            if good then
                succeed(box, message)
            else
                fail(box, message, why, refused)
                if not refused then break end
                refusals = refusals + 1
            end
        end
    end
end

--- Add a message { subject=, body=, at= }; it goes out now, or after those that wait.
function outbox.add(box, message)
    box.messages[#box.messages + 1] = message
    make_room(box)
    if box.timer then keeper.save() else begin(box) end
end

--- Try once more, now: reeve ends.
function outbox.hurry(box)
    box.ending = true
    if box.timer then
        box.timer:cancel()
        box.timer = nil
    end
    if box.messages[1] then begin(box) end
end

--- Another configuration takes over what waits: stop, and hand it out.
function outbox.give_up(box)
    box.ending = true
    for _, key in ipairs { "timer", "sending" } do
        local handle = box[key]
        box[key] = nil
        if handle then handle:cancel() end
    end
    return box.messages
end

--- Take over what waited.
function outbox.take(box, messages)
    for i, message in ipairs(messages) do table.insert(box.messages, i, message) end
    make_room(box)
    if box.messages[1] then begin(box) end
end

return outbox
