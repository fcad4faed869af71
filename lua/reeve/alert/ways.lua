-- The ways that an alert goes: mail, the system's log, a web page. Each composes a message of the reports of one
-- digest, and sends it.

local inside = require "reeve.inside"
local report = require "reeve.alert.report"

local ways = {}

local SUBJECT_MOST, BODY_MOST, LINES_MOST = 150, 64 * 1024, 200

local function untold_line(untold)
    return ("and %d more that there was no room for"):format(untold)
end

-- ---- mail ------------------------------------------------------------------------------------------

local function one_line(text)
    text = text:gsub("%c", " ")
    if #text > SUBJECT_MOST then text = text:sub(1, utf8.offset(text, 0, SUBJECT_MOST) - 1) .. "…" end
    return text
end

local function subject_of(list, untold)
    if #list == 1 and untold == 0 then return report.line(list[1]) end
    local parts = {}
    for i, r in ipairs(list) do
        if i > 5 then break end
        parts[i] = report.headline(r)
    end
    if #list + untold > #parts then parts[#parts + 1] = ("%d more"):format(#list + untold - #parts) end
    return table.concat(parts, ", ")
end

-- What there is room for in full, the rest a line each.
local function body_of(list, untold)
    local whole, rest, size = {}, {}, 0
    for _, r in ipairs(list) do
        local text = report.text(r)
        size = size + #text
        if size < BODY_MOST and r.stdout then
            whole[#whole + 1] = text
        elseif #rest < LINES_MOST then
            rest[#rest + 1] = report.line(r)
        else
            untold = untold + 1
        end
    end
    if untold > 0 then rest[#rest + 1] = untold_line(untold) end
    whole[#whole + 1] = rest[1] and table.concat(rest, "\n") or nil
    return table.concat(whole, "\n\n" .. ("-"):rep(72) .. "\n\n") .. "\n"
end

ways.email = {}

function ways.email.compose(_, list, untold)
    return {
        subject = one_line(("[%s] %s"):format(reeve.host, subject_of(list, untold))),
        body = body_of(list, untold),
    }
end

function ways.email.send(options, message)
    local mail = { subject = message.subject, body = message.body }
    for _, key in ipairs { "to", "from", "server", "user", "password", "tls", "timeout", "ca_file", "insecure" } do
        mail[key] = options[key]
    end
    local good, why = reeve.mail.send(mail)
    return good, why, why ~= nil and why:find(" refused the mail: 5", 1, true) ~= nil
end

-- ---- the system's log ------------------------------------------------------------------------------

local severe = { crash = true, fatal = true, health = true, reload_failed = true }

ways.syslog = {}

local function add_lines(lines, r, name)
    for line in (r[name] or ""):gmatch("[^\n]+") do
        lines[#lines + 1] = ("info %s %s: %s"):format(r.process, name, line)
    end
end

-- A priority and a text in each line.
function ways.syslog.compose(options, list, untold)
    local lines, prefix = {}, options.from and options.from .. ": " or ""
    for _, r in ipairs(list) do
        local facts = { report.line(r) }
        facts[#facts + 1] = r.uptime and ("uptime %.1fs"):format(r.uptime) or nil
        facts[#facts + 1] = r.restarts and ("restarts %d"):format(r.restarts) or nil
        lines[#lines + 1] = (severe[r.event] and "err " or "notice ") .. prefix .. table.concat(facts, ", ")
        add_lines(lines, r, "stdout")
        add_lines(lines, r, "stderr")
    end
    if untold > 0 then lines[#lines + 1] = "err " .. prefix .. untold_line(untold) end
    return { subject = "", body = table.concat(lines, "\n") }
end

-- A daemon that has much to do gets a little time; what it took is not sent again.
function ways.syslog.send(_, message)
    local patience = 20
    while message.body ~= "" do
        local priority, text, rest = message.body:match("^(%a+) ([^\n]*)\n?(.*)$")
        local good, why = reeve.syslog(priority, text)
        if good then
            message.body = rest
        elseif patience == 0 or not why:find("does not read", 1, true) then
            return nil, why
        else
            patience = patience - 1
            reeve.sleep(0.05)
        end
    end
    return true
end

-- ---- a web page ------------------------------------------------------------------------------------

local fields = { "host", "process", "event", "reason", "uptime", "restarts", "verdict", "stdout", "stderr" }

-- What is not known is null, so that all fields are always there.
local function plain(r)
    local t = {}
    for _, key in ipairs(fields) do
        if r[key] == nil then t[key] = reeve.json.null else t[key] = r[key] end
    end
    t.count = r.count > 1 and r.count or nil
    return t
end

local function whole(list, untold)
    local first = plain(list[1])
    if #list > 1 or untold > 0 then
        first.others = reeve.json.array {}
        for i = 2, #list do first.others[i - 1] = plain(list[i]) end
        first.untold = untold > 0 and untold or nil
    end
    return first
end

-- What the user's function makes of the usual text, within the limits of the user's own tasks; nil and why.
local function format_by(f, usual)
    local good, made
    local task = inside.users_task(function()
        good, made = pcall(f, reeve.json.decode(usual))
        if good and type(made) == "table" then good, made = pcall(reeve.json.encode, made) end
    end)
    for _ = 1, 100 do
        if not task:runs() then break end
        reeve.sleep(0.01)
    end
    task:cancel()
    if good == nil then return nil, "it was cut off, or waits" end
    if type(made) == "string" then return good and made or nil, made end
    return nil, ("%s is a %s"):format(good and "what it returned" or "the error", type(made))
end

ways.webhook = {}

function ways.webhook.compose(_, list, untold)
    return { subject = "", body = reeve.json.encode(whole(list, untold)) }
end

local function body_of_page(options, usual)
    if not options.format then return usual end
    local body, why = format_by(options.format, usual)
    if body then return body end
    reeve.log("warning", "alert.webhook: format failed, so the usual text is sent: %s", why)
    return usual
end

function ways.webhook.send(options, message)
    local headers = { ["Content-Type"] = "application/json", From = options.from }
    for name, value in pairs(options.headers or {}) do headers[name] = value end
    local request = {
        url = options.url, method = "POST", headers = headers, max_body = "64KB",
        body = body_of_page(options, message.body),
    }
    for _, key in ipairs { "user", "password", "timeout", "ca_file", "insecure", "proxy" } do
        request[key] = options[key]
    end
    local answer, why, status = reeve.http.request(request)
    status = answer and answer.status or status
    if not status then return nil, why end
    if status >= 200 and status < 300 then return true end
    local refused = status >= 400 and status < 500 and status ~= 408 and status ~= 429
    return nil, ("it answered with status %d"):format(status), refused
end

return ways
