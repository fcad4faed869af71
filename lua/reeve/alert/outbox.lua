-- Messages that wait for their way out: the first goes first, and what fails is tried again after 5 s, 10 s … 5 min.

local inside = require "reeve.inside"

local outbox = {}

local MESSAGES_MOST, BYTES_MOST, OLDEST = 50, 256 * 1024, 5 * 24 * 3600
local FIRST_DELAY, LONGEST_DELAY = 5, 300

--- `name` is for the log; `send(message)` waits, and returns true, or nil, why, and whether the message itself was
--- refused; `on_change` is called when what waits should be written down.
function outbox.new(name, send, on_change)
  return { name = name, send = send, on_change = on_change, messages = {}, failures = 0, dropped = 0 }
end

local function size_of(message)
  return #message.subject + #message.body
end

local function drop_first(box, why)
  table.remove(box.messages, 1)
  box.dropped = box.dropped + 1
  reeve.log("err", "%s: an alert is dropped: %s", box.name, why)
end

local function make_room(box, size)
  for _, m in ipairs(box.messages) do size = size + size_of(m) end
  while #box.messages > 1 and (#box.messages > MESSAGES_MOST or size > BYTES_MOST) do
    local first = box.sending and 2 or 1
    size = size - size_of(box.messages[first])
    table.remove(box.messages, first)
    box.dropped = box.dropped + 1
    reeve.log("err", "%s: too many alerts wait, the oldest is dropped", box.name)
  end
end

local function delay_of(box)
  return math.min(FIRST_DELAY * 2 ^ (box.failures - 1), LONGEST_DELAY)
end

-- Raised errors are failures, too: nobody else would hear of them.
local function try(box, message)
  local ok, good, why, refused = pcall(box.send, message)
  if not ok then return nil, good, true end
  return good, why, refused
end

local function succeed(box, message)
  if box.messages[1] == message then table.remove(box.messages, 1) end
  if box.failures > 0 then reeve.log("notice", "%s: delivered, after %d failures", box.name, box.failures) end
  if box.failures > 0 or box.kept then box.on_change() end
  box.failures = 0
end

-- One that is refused lets the others go first.
local function fail(box, message, why, refused)
  box.failures = box.failures + 1
  box.kept = true
  if refused and box.messages[1] == message then
    table.insert(box.messages, table.remove(box.messages, 1))
  end
  local last = box.ending or box.failures < 8 and "" or nil
  if last then
    reeve.log("warning", "%s: not delivered: %s%s", box.name, why,
      box.ending and "" or ("; trying again in %ds"):format(delay_of(box)))
  end
  box.on_change()
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

function deliver(box)
  inside.hold()
  while box.messages[1] do
    local message = box.messages[1]
    if reeve.now() - message.at > OLDEST then
      drop_first(box, "it has waited for five days")
    else
      local good, why, refused = try(box, message)
      if not good then
        fail(box, message, why, refused)
        break
      end
      succeed(box, message)
    end
  end
  box.sending = nil
  if box.messages[1] and not box.ending then wait(box) end
end

--- Add a message { subject=, body=, at= }; it goes out now, or after those that wait.
function outbox.add(box, message)
  box.messages[#box.messages + 1] = message
  make_room(box, 0)
  if box.timer then
    box.on_change()
  else
    begin(box)
  end
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
  for _, key in ipairs { "timer", "sending" } do
    if box[key] then box[key]:cancel() end
    box[key] = nil
  end
  return box.messages
end

--- Take over what waited.
function outbox.take(box, messages)
  for i, message in ipairs(messages) do table.insert(box.messages, i, message) end
  box.kept = true
  make_room(box, 0)
  if box.messages[1] then begin(box) end
end

return outbox
