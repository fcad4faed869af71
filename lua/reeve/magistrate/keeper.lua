-- Who runs the programs of the cluster: a lock in etcd for each, PREFIX/locks/PROGRAM, which belongs to the lease of
-- the box that has it. While the lease is renewed the program may run here; core/lease.h sees to its end.
--
-- A lease that is not renewed ends in etcd when its time has passed since etcd heard of the last renewal: not before
-- that time has passed since the renewal was *asked for*, and from there it is counted here.
local cluster = require "reeve.cluster"
local etcd = require "reeve.magistrate.etcd"
local target = require "reeve.magistrate.target"

local keeper = {}

local SHORTEST = 0.2 -- seconds between two renewals

local function say(level, ...) reeve.log(level, "cluster: " .. (...), select(2, ...)) end

-- Once, until something else is the matter; nil: nothing any more.
local function complain(k, what, why)
    if why and k.complaints[what] ~= why then say("warning", "%s: %s", what, why) end
    k.complaints[what] = why
end

-- ---- what is ours -------------------------------------------------------------------------------

local function programs_of_cluster()
    local all = {}
    for _, program in ipairs(reeve.programs()) do
        local settings = program.settings
        if settings.scope == "cluster" then
            local least = cluster.least(program.name)
            all[program.name] = { program = program, autostart = settings.autostart, least = least }
        end
    end
    return all
end

-- The server's word counts. What a user wants stops and starts it, but leaves it where it is.
local function is_wanted(k, name)
    local t = k.f.memory.workers[name]
    local goal = t and target.goal { word = t.word, handled = t.handled }
    if goal then return goal ~= "stopped" end
    return k.all[name].autostart
end

-- Seconds until the end of the lease.
local function left(k) return k.ends - cluster.clock() end

local function lend(k, name)
    if not k.holds() or left(k) <= k.all[name].least then return end
    local might = cluster.give(name, left(k))
    if might or k.parked[name] then return end
    local t = k.f.memory.workers[name]
    if not (t and t.override == "stopped") then k.all[name].program:start() end
end

-- ---- locks --------------------------------------------------------------------------------------

local function lock_of(k, name) return k.prefix .. "locks/" .. name end

local function acquire(k, name)
    local lease = k.lease
    local revision, why = k.e:create(lock_of(k, name), k.f.name, lease, k.period)
    complain(k, name .. ": its lock cannot be taken", why)
    if revision == nil or k.lease ~= lease then k.looked = nil end -- who knows whether it was heard, or holds
    if not revision or k.lease ~= lease or not k.holds() then return end
    k.held[name] = revision
    k.parked[name] = nil
    say("notice", "%s: its lock is ours", name)
    lend(k, name)
end

local function give_up(k, name)
    say("notice", "%s: giving up its lock", name)
    if not k.holds() then return end
    cluster.take(name)
    while k.all[name].program:pid() do reeve.sleep(0.05) end
    k.held[name] = nil
    if not k.e:release(lock_of(k, name), k.lease) then k.looked = nil end
end

-- A task that is cut off, for the machine was too busy, is begun anew the next time.
local function runs(handle) return handle ~= nil and handle:runs() end

-- Of a program that is no longer in the file: it may take its time to stop.
local function release_later(k, name)
    if k.strange[name] then return end
    k.strange[name] = true
    reeve.after(math.max(60, 2 * k.seconds), function() k.e:release(lock_of(k, name), k.lease) end)
end

-- Somebody else may have it already.
local function lose(k, name, why)
    if not k.holds() then return end
    say("err", "%s: its lock is lost (%s): killing it", name, why)
    k.held[name] = nil
    cluster.take(name, true)
end

-- Which locks are ours: after a reload they may be some.
local function look_up(k)
    local lease = k.lease
    local text, why = k.e:ask("kv/range", etcd.under(k.prefix .. "locks/"), k.period)
    local keys, revision
    if text then keys, revision = etcd.read_range(text) end
    complain(k, "the locks cannot be read", not keys and (why or revision) or nil)
    if not keys or k.lease ~= lease then return end
    local ours = {}
    for _, kv in ipairs(keys) do
        if kv.lease == lease then ours[kv.key:sub(#k.prefix + #"locks/" + 1)] = kv.revision end
    end
    for name in pairs(k.held) do
        if not ours[name] then lose(k, name, "it is another one's") end
    end
    for name, since in pairs(ours) do
        if k.all[name] then k.held[name] = since else release_later(k, name) end
    end
    k.revision = revision
    return true
end

-- Nobody else asks for locks and looks them up, so that no answer is older than what is known.
local function tend_all(k)
    repeat
        k.again = false
        if k.lease and not k.looked then k.looked = look_up(k) end
        if not k.lease or not k.looked or not k.f.heard then return end -- what is wanted has to be known too
        for name in pairs(k.all) do
            if k.held[name] and not runs(k.leaving[name]) and not is_wanted(k, name) then
                k.leaving[name] = reeve.task(give_up, k, name)
            elseif not k.held[name] and is_wanted(k, name) then
                acquire(k, name)
            end
        end
    until not k.again
end

local function tend(k)
    k.again = true
    if k.lease and not runs(k.tending) then k.tending = reeve.task(tend_all, k) end
end

-- ---- the lease ----------------------------------------------------------------------------------

local function forget_lease(k)
    for name in pairs(k.held) do lose(k, name, "the lease has ended") end
    k.lease, k.looked = nil, nil
    reeve.store[k.key] = nil
end

-- The box is seen as long as its lease lives. What it may run does not depend on that.
local function register(k)
    local lease = k.lease
    local node = { name = k.f.name, host = reeve.host, since = math.floor(reeve.now()) }
    local good, why = k.e:put(k.prefix .. "nodes/" .. k.f.name, reeve.json.encode(node), lease, k.period)
    complain(k, "this box cannot be registered", why)
    if good then k.registered = lease end
end

local function begin_lease(k)
    local asked = cluster.clock()
    local lease, why = k.e:grant(k.seconds, k.period)
    if not lease then return nil, why end
    k.lease, k.ends = lease.id, asked + lease.seconds
    reeve.store[k.key] = lease.id
    return true
end

local function renew_lease(k)
    local asked = cluster.clock()
    local seconds, why = k.e:renew(k.lease, k.period)
    if not seconds then return nil, why end
    if seconds == 0 then
        forget_lease(k)
        return begin_lease(k)
    end
    k.ends = asked + seconds
    return true
end

local function note(k, why)
    if (why == nil) == (k.trouble == nil) then return end
    if why then
        say("warning", "the lease at %s is not renewed: %s", k.e:url(), why)
    else
        say("notice", "the lease is renewed again")
    end
    k.trouble = why
end

-- Nothing else is waited for here: the next renewal must not come late.
local function turn(k)
    local good, why
    if k.lease then good, why = renew_lease(k) else good, why = begin_lease(k) end
    note(k, not good and (why or "unknown") or nil)
    if not good then return end
    for name in pairs(k.held) do
        if not runs(k.leaving[name]) then lend(k, name) end
    end
    if k.registered ~= k.lease and not runs(k.registering) then k.registering = reeve.task(register, k) end
    tend(k)
end

-- ---- in force -----------------------------------------------------------------------------------

-- How often: three times in the time that there is before a program has to be stopped.
local function period_of(k)
    local least = 0
    for _, about in pairs(k.all) do least = math.max(least, about.least) end
    return math.max(SHORTEST, math.min(k.seconds / 3, (k.seconds - least) / 3))
end

-- A lock that goes away is asked for at once, and not with the next renewal.
local function watch(k)
    while k.holds() do
        local next_events = k.looked and k.e:watch(k.prefix .. "locks/", k.revision + 1)
        local events = next_events and next_events()
        while events and k.holds() do
            for _, event in ipairs(events) do
                local name = event.key:sub(#k.prefix + #"locks/" + 1)
                local since = event.gone and k.held[name]
                if since and event.revision > since then lose(k, name, "somebody has deleted it") end
                if event.gone then tend(k) end
            end
            events = next_events()
        end
        if next_events then k.looked = nil end -- something may have been missed
        reeve.sleep(k.period)
    end
end

local function beat(k)
    if not k.holds() then return end
    turn(k)
    if next(k.all) and not runs(k.watching) then k.watching = reeve.task(watch, k) end
end

--- A keeper for the follower `f`: { begin =, tend =, park =, is_elsewhere = }.
function keeper.new(f, e, prefix, seconds, holds)
    local k = { f = f, e = e, prefix = prefix, seconds = seconds, holds = holds }
    k.held, k.leaving, k.parked, k.strange, k.complaints = {}, {}, {}, {}, {}
    k.all = programs_of_cluster()
    k.key = "reeve.cluster " .. prefix .. f.name
    k.lease = reeve.store[k.key]
    k.ends = 0
    k.period = period_of(k)
    local public = {}

    --- The box is there as PREFIX/nodes/NAME, and has its share of the cluster's programs. The timer that renews.
    function public.begin()
        reeve.task(beat, k)
        return reeve.every(k.period, function() beat(k) end)
    end

    --- Something has changed in what is wanted.
    function public.tend() tend(k) end

    --- A user stops a program where it is, or starts it again.
    function public.park(name, wanted) k.parked[name] = not wanted or nil end

    --- Whether it is a program of the cluster that is not ours.
    function public.is_elsewhere(name) return k.all[name] ~= nil and not k.held[name] end

    return public
end

return keeper
