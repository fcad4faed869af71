-- How messages wait and leave: evaluated by `reeve check`, with tasks that run when they are told to and a clock that
-- is only a number.
-- luacheck: globals reeve

local now, tasks, timers, saved = 0, {}, {}, 0

local function handle(list, entry)
  list[#list + 1] = entry
  entry.cancel = function() entry.f = nil end
  return entry
end

reeve.now = function() return now end
reeve.task = function(f) return handle(tasks, { f = f }) end
reeve.after = function(time, f) return handle(timers, { at = now + time, f = f }) end
require("reeve.inside").hold = function() end
require("reeve.alert.keeper").save = function() saved = saved + 1 end

local outbox = require "reeve.alert.outbox"
local test = require "promises"

local equal = test.equal

local function run_tasks()
  while tasks[1] do
    local t = table.remove(tasks, 1)
    if t.f then t.f() end
  end
end

-- Let time pass until then; what was due runs in order.
local function advance(seconds)
  local till = now + seconds
  run_tasks()
  while true do
    local next
    for i, t in ipairs(timers) do
      if t.f and t.at <= till and (not next or t.at < timers[next].at) then next = i end
    end
    if not next then break end
    local t = table.remove(timers, next)
    now = t.at
    t.f()
    run_tasks()
  end
  now = till
end

local arrived, tried
local answer -- what the server says: a function of the message

local function fresh()
  now, tasks, timers, saved = 0, {}, {}, 0
  arrived, tried, answer = {}, {}, function() return true end
  return outbox.new("test", function(m)
    tried[#tried + 1] = now
    local good, why, refused = answer(m)
    if good then arrived[#arrived + 1] = m.subject end
    return good, why, refused
  end)
end

local function add(box, name, size)
  outbox.add(box, { subject = name, body = ("x"):rep(size or 10), at = now })
end

local function down() return nil, "Connection refused" end

local promises = {}

function promises.a_message_goes_out_at_once()
  local box = fresh()
  add(box, "a")
  advance(0)
  equal("a", table.concat(arrived, " "))
  equal(0, #box.messages)
end

function promises.what_fails_is_tried_after_5_s_doubling_to_5_min()
  local box = fresh()
  answer = down
  add(box, "a")
  advance(1300)
  equal("0 5 15 35 75 155 315 615 915 1215", table.concat(tried, " "):gsub("%.0", "") .. "")
  assert(saved >= #tried)
  answer = function() return true end
  advance(300)
  equal("a", table.concat(arrived, " "))
end

function promises.the_delay_begins_anew_after_a_success()
  local box = fresh()
  answer = down
  add(box, "a")
  advance(20)
  answer = function() return true end
  advance(20)
  answer, tried = down, {}
  add(box, "b")
  local start = now
  advance(6)
  equal(2, #tried)
  equal(start + 5, tried[2])
end

function promises.messages_keep_their_order()
  local box = fresh()
  answer = down
  for _, name in ipairs { "a", "b", "c" } do
    add(box, name)
    advance(1)
  end
  equal(1, #tried) -- those that came later wait for the first one's turn
  answer = function() return true end
  advance(10)
  equal("a b c", table.concat(arrived, " "))
end

function promises.one_that_is_refused_lets_the_others_go_first()
  local box = fresh()
  answer = function(m)
    if m.subject == "poison" then return nil, "refused the mail: 550", true end
    return true
  end
  add(box, "poison")
  add(box, "a")
  advance(1)
  equal("a", table.concat(arrived, " "))
  add(box, "b")
  advance(20)
  equal("a b", table.concat(arrived, " "))
  equal("poison", box.messages[1].subject)
end

function promises.an_error_is_a_failure()
  local box = fresh()
  answer = function() error("oh") end
  add(box, "a")
  advance(0)
  equal(1, #box.messages)
  answer = function() return true end
  advance(5)
  equal("a", table.concat(arrived, " "))
end

function promises.not_more_than_fifty_wait()
  local box = fresh()
  answer = down
  for i = 1, 200 do
    add(box, "m" .. i)
    advance(0)
  end
  equal(50, #box.messages)
  equal("m200", box.messages[50].subject)
  answer = function() return true end
  advance(10)
  equal(50, #arrived)
end

function promises.not_more_than_256_KB_wait()
  local box = fresh()
  answer = down
  for i = 1, 20 do
    add(box, "m" .. i, 60000)
    advance(0)
  end
  equal(4, #box.messages)
end

function promises.what_is_too_old_is_dropped()
  local box = fresh()
  answer = down
  add(box, "old")
  advance(5 * 24 * 3600 - 10)
  add(box, "new")
  answer = function() return true end
  advance(400)
  equal("new", table.concat(arrived, " "))
end

function promises.at_the_end_each_is_tried_once_and_no_more()
  local box = fresh()
  answer = down
  add(box, "a")
  advance(1)
  tried = {}
  outbox.hurry(box)
  advance(1000)
  equal(1, #tried)
  equal(1, #outbox.give_up(box))
end

function promises.another_outbox_goes_on()
  local box = fresh()
  answer = down
  add(box, "a")
  add(box, "b")
  advance(1)
  local messages = outbox.give_up(box)
  answer = function() return true end
  advance(1000)
  equal(0, #arrived) -- the first one does nothing any more
  local other = outbox.new("other", box.send)
  outbox.take(other, messages)
  advance(0)
  equal("a b", table.concat(arrived, " "))
end

test.keep(promises)
