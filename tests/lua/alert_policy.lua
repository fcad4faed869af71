-- What of all that happens an alert tells: evaluated by `reeve check`, with a clock that is only a number.

local problems = require "reeve.alert.problems"
local report = require "reeve.alert.report"
local ways = require "reeve.alert.ways"
local test = require "promises"

local equal = test.equal

local function process(name)
    return {
        name = name,
        program = name,
        tail = function(_, _, stream) return stream .. " of " .. name .. "\n" end,
        ends = function()
            return { { at = 9, reason = "last", uptime = 1 }, { at = 5, reason = "earlier", uptime = 2 } }
        end,
    }
end

local function event(name, at, reason)
    return {
        process = process(name), program = name, at = at, verdict = "restarting in 2s",
        exit = { code = 1, reason = reason or "exited with status 1", uptime = 3.25, restarts = 4 },
    }
end

local function crash(book, name, now) problems.trouble(book, "crash", event(name, now), now) end
local function fatal(book, name, now) problems.trouble(book, "fatal", event(name, now), now) end
local function up(book, name, now) return problems.recovered(book, event(name, now), now) end

local function check(book, name, now, why)
    local heard = { process = process(name), program = name, at = now, why = why }
    if why then return problems.trouble(book, "health", heard, now) end
    return problems.recovered(book, heard, now, "health")
end

local function told(book)
    local list, untold = problems.take(book)
    local lines = {}
    for i, r in ipairs(list) do lines[i] = report.headline(r) end
    if untold > 0 then lines[#lines + 1] = "+" .. untold end
    return table.concat(lines, "; ")
end

local promises = {}

function promises.a_problem_is_told_once_and_then_as_a_count()
    local book = problems.new(3600)
    crash(book, "web", 0)
    equal("web crashed", told(book))
    for now = 1, 99 do crash(book, "web", now) end
    equal("", told(book))
    equal(3600, problems.due(book, 100))
    equal(nil, problems.due(book, 3600))
    equal("web crashed 99 times", told(book))
    equal(nil, problems.due(book, 7300))
    equal("", told(book))
end

function promises.a_clock_that_is_set_back_delays_a_count_by_repeat_after_at_most()
    local book = problems.new(3600)
    crash(book, "web", 1000000)
    told(book)
    crash(book, "web", 7000)
    equal(10600, problems.due(book, 7000))
    problems.due(book, 10600)
    equal("web crashed", told(book))
end

function promises.what_is_gathered_is_one_report()
    local book = problems.new(3600)
    for now = 0, 4 do crash(book, "web", now) end
    equal("web crashed 5 times", told(book))
end

function promises.the_last_lines_are_those_of_the_last_crash()
    local book = problems.new(3600)
    crash(book, "web", 0)
    local later = event("web", 1)
    later.process.tail = function() return "and then\n" end
    problems.trouble(book, "crash", later, 1)
    equal("and then\n", problems.take(book)[1].stderr)
end

function promises.being_given_up_after_crashes_is_told_at_once()
    local book = problems.new(3600)
    crash(book, "web", 0)
    equal("web crashed", told(book))
    crash(book, "web", 1)
    fatal(book, "web", 1)
    equal("web is given up", told(book))
    fatal(book, "web", 2)
    equal("", told(book))
end

function promises.a_crash_that_ends_in_fatal_is_one_report()
    local book = problems.new(3600)
    crash(book, "web", 0)
    crash(book, "web", 1)
    fatal(book, "web", 1)
    local list = problems.take(book)
    equal(1, #list)
    equal("fatal", list[1].event)
    equal(2, list[1].count)
end

function promises.a_recovery_is_told_once()
    local book = problems.new(3600)
    equal(false, up(book, "web", 0))
    crash(book, "web", 1)
    told(book)
    equal(true, up(book, "web", 2))
    equal("web is up again", told(book))
    equal(false, up(book, "web", 3))
end

function promises.a_recovery_within_the_same_digest_stands_with_its_crash()
    local book = problems.new(3600)
    crash(book, "web", 1)
    equal(false, up(book, "web", 2))
    local list = problems.take(book)
    equal("web crashed: exited with status 1, restarting in 2s; it is up again", report.line(list[1]))
end

function promises.a_new_crash_after_a_recovery_is_told_but_flapping_is_counted()
    local book = problems.new(3600)
    local heard = {}
    for turn = 0, 9 do
        crash(book, "web", turn * 60)
        heard[#heard + 1] = told(book)
        up(book, "web", turn * 60 + 30)
        heard[#heard + 1] = told(book)
    end
    local text = table.concat(heard, "|"):gsub("|+$", "")
    equal(("web crashed|web is up again|"):rep(3):sub(1, -2), text)
    problems.due(book, 120 + 3600)
    equal("web crashed 7 times", told(book))
end

function promises.a_check_that_goes_on_failing_is_told_once_and_its_end_as_well()
    local book = problems.new(3600)
    for now = 0, 20, 10 do check(book, "web", now, "the status is 404") end
    equal("web is not well 3 times", told(book))
    for now = 30, 3590, 10 do check(book, "web", now, "the status is 404") end
    equal("", told(book))
    problems.due(book, 3600)
    equal("web is not well 357 times", told(book))
    check(book, "web", 3600, "Connection refused")
    equal(true, check(book, "web", 3610))
    local r = problems.take(book)[1]
    equal("recovered web is well again: Connection refused", r.event .. " " .. report.line(r))
    equal(false, check(book, "web", 3620))
    equal(true, report.is_sound(assert(reeve.json.decode(reeve.json.encode(r)))))
end

function promises.a_failed_check_and_a_crash_are_two_problems()
    local book = problems.new(3600)
    check(book, "web", 0, "the status is 404")
    crash(book, "web", 1)
    equal("web is not well; web crashed", told(book))
    check(book, "web", 2, "the status is 404")
    crash(book, "web", 3)
    equal("", told(book))
    up(book, "web", 4)
    equal("web is up again", told(book))
    equal(true, problems.is_open(book, "web", "health"))
    equal("web", next(problems.open_names({ { book = book } })))
    problems.forget(book, "web")
    equal(0, book.size)
    check(book, "web", 5, "the status is 404")
    check(book, "web", 6)
    equal("web is not well: the status is 404; it is well again", report.line(problems.take(book)[1]))
end

function promises.whoever_was_stopped_has_no_problem()
    local book = problems.new(3600)
    crash(book, "web", 0)
    told(book)
    problems.forget(book, "web")
    equal(false, up(book, "web", 1))
    crash(book, "web", 2)
    equal("web crashed", told(book))
end

function promises.a_storm_is_bounded()
    local book = problems.new(3600)
    for i = 1, 5000 do crash(book, "p" .. i, i / 1000) end
    local list, untold = problems.take(book)
    equal(200, #list)
    equal(4800, untold)
    equal(1000, book.size)
    local detailed = 0
    for _, r in ipairs(list) do detailed = detailed + (r.stdout and 1 or 0) end
    equal(10, detailed)
    local mail = ways.email.compose({}, list, untold)
    assert(#mail.body < 100000 and mail.body:find("and 4800 more that there was no room for", 1, true))
    assert(mail.subject:find("p1 crashed, p2 crashed.*, 4995 more$"), mail.subject)
end

function promises.old_problems_are_forgotten()
    local book = problems.new(3600)
    for i = 1, 1000 do
        crash(book, "p" .. i, 0)
        up(book, "p" .. i, 1)
    end
    problems.due(book, 4000)
    equal(0, book.size)
end

function promises.what_was_kept_is_gone_on_with()
    local book, other = problems.new(3600), problems.new(3600)
    crash(book, "web", 0)
    told(book)
    crash(book, "web", 1)
    crash(book, "db", 2)
    local kept = { problems = book.problems, pending = book.pending, untold = 0 }
    problems.take_over(other, assert(reeve.json.decode(reeve.json.encode(kept))))
    equal("db crashed", told(other))
    crash(other, "web", 3)
    problems.due(other, 3600)
    equal("web crashed 2 times", told(other))
end

function promises.what_is_not_sound_of_a_kept_book_is_forgotten()
    local book = problems.new(100)
    local function with(key, value)
        local p = { kind = "crash", told = 0, window = 0, turns = 1, count = 0 }
        p[key] = value
        return p
    end
    local kept = {
        good = with("kind", "crash"), unknown = with("count", 2), odd = with("over", "then"), none = 1,
        endless = with("turns", nil), empty = with("count", 1), vague = with("why", {}),
    }
    kept.empty.last = {}
    problems.take_over(book, { problems = kept, pending = {}, untold = 0 })
    equal(1, book.size)
    equal(kept.good, book.problems.good)
end

function promises.a_mail_says_all_there_is_to_know()
    local r = report.new("crash", event("web", 100, "killed by SIGSEGV (core dumped)"), true)
    local mail = ways.email.compose({}, { r }, 0)
    equal(("[%s] web crashed: killed by SIGSEGV (core dumped), restarting in 2s"):format(reeve.host), mail.subject)
    for _, part in ipairs {
        "web crashed on " .. reeve.host, "process:   web\n", "cause:     killed by SIGSEGV (core dumped)\n",
        "uptime:    3.2s\n", "restarts:  4\n", "verdict:   restarting in 2s\n", "before:    earlier after 2.0s, at ",
        "last lines of stdout:\n    stdout of web\n", "last lines of stderr:\n    stderr of web\n",
    } do
        assert(mail.body:find(part, 1, true), part .. " is not in " .. mail.body)
    end
end

function promises.a_webhook_has_every_field()
    local r = report.new("crash", event("web", 100), true)
    local body = assert(reeve.json.decode(ways.webhook.compose({}, { r }, 0).body))
    local keys = {}
    for key in pairs(body) do keys[#keys + 1] = key end
    table.sort(keys)
    equal("event host process reason restarts stderr stdout uptime verdict", table.concat(keys, " "))
    equal("crash web exited with status 1 3.25 4 restarting in 2s", table.concat(
        { body.event, body.process, body.reason, body.uptime, body.restarts, body.verdict }, " "))
    local never = report.new("crash", { process = process("x"), at = 1, exit = { reason = "exec: no", uptime = 0 } })
    body = assert(reeve.json.decode(ways.webhook.compose({}, { never, r }, 7).body))
    equal(reeve.json.null, body.uptime)
    equal("web", body.others[1].process)
    equal(7, body.untold)
end

function promises.syslog_has_a_priority_in_each_line()
    local r = report.new("crash", event("web", 100), true)
    local body = ways.syslog.compose({ from = "prod" }, { r }, 0).body
    equal("err prod: web crashed: exited with status 1, restarting in 2s, uptime 3.2s, restarts 4\n"
        .. "info web stdout: stdout of web\ninfo web stderr: stderr of web", body)
end

function promises.nothing_breaks_out_of_a_subject()
    local r = report.new("crash", event("web", 100, "exec: '/a\nBcc: x@example.com'"))
    local mail = ways.email.compose({}, { r }, 0)
    assert(not mail.subject:find("%c"), mail.subject)
    r.reason = ("ü"):rep(500)
    mail = ways.email.compose({}, { r }, 0)
    assert(utf8.len(mail.subject) and #mail.subject < 200, mail.subject)
end

function promises.a_report_that_was_kept_is_told_only_if_it_is_one()
    local r = report.new("crash", event("web", 100), true)
    equal(true, report.is_sound(assert(reeve.json.decode(reeve.json.encode(r)))))
    for key, wrong in pairs {
        event = "nonsense", process = 5, reason = {}, ends = { { reason = 1 } }, at = "now", stdout = false,
    } do
        local before = r[key]
        r[key] = wrong
        equal(false, report.is_sound(r))
        r[key] = before
    end
    equal(false, report.is_sound("text"))
end

test.keep(promises)
