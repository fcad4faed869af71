-- How long a pass waits for those that it has started and stopped: evaluated by `reeve check`, with clocks that are
-- only numbers.
-- luacheck: globals reeve

local clock, wall = 0, 1e9
local process = {}

require("reeve.cluster").clock = function() return clock end
reeve.now = function() return wall end
reeve.programs = function() return { { name = "web", processes = function() return { process } end } } end

local residents = require "reeve.magistrate.residents"
local test = require "promises"

-- What happens each time that it waits.
local function when_it_sleeps(f)
    local naps = 0
    reeve.sleep = function(time)
        clock, wall, naps = clock + time, wall + time, naps + 1
        if naps > 1000 then error("it waits for ever") end
        f()
    end
end

local promises = {}

function promises.who_has_got_there_is_not_waited_for()
    local began = clock
    process.state = "STOPPING"
    when_it_sleeps(function() process.state = "STOPPED" end)
    residents.settle { web = "stopped" }
    test.equal(true, clock - began < 1)
end

function promises.who_does_not_get_there_has_ten_seconds_whatever_the_clock_on_the_wall_does()
    local began = clock
    process.state = "STOPPING"
    when_it_sleeps(function() wall = wall - 3600 end)
    residents.settle { web = "stopped" }
    test.equal(10, math.floor(clock - began + 0.5))
end

test.keep(promises)
