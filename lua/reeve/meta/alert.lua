---@meta reeve.alert
-- Alerts by mail, syslog and webhook: for editors. Nothing in here runs.

---@alias reeve.AlertEvent "crash"|"fatal"|"recovered"|"start"|"stop"|"exit"|"health"|"reload"|"reload_failed"|"shutdown"

---@class reeve.AlertSyslog
---@field on? reeve.AlertEvent|reeve.AlertEvent[] crash, fatal and recovered
---@field programs? string|string[] patterns of programs or processes
---@field digest? reeve.Time how long to gather, 30 s
---@field repeat_after? reeve.Time when the same problem is told again, 1 h
---@field from? string who says so

---@class reeve.AlertTransfer: reeve.AlertSyslog
---@field user? string
---@field password? string
---@field timeout? reeve.Time 10 s
---@field ca_file? string
---@field insecure? boolean

---@class reeve.AlertEmail: reeve.AlertTransfer
---@field to string|string[]
---@field server? string smtp://127.0.0.1:25
---@field tls? boolean true: only with STARTTLS; false: never; else if the server offers it

---What a webhook gets, as JSON.
---@class reeve.AlertReport
---@field host string
---@field process string
---@field event reeve.AlertEvent|"test"
---@field reason string
---@field uptime number
---@field restarts integer
---@field verdict string
---@field stdout string
---@field stderr string
---@field count? integer it happened more than once
---@field others? reeve.AlertReport[]
---@field untold? integer

---@class reeve.AlertWebhook: reeve.AlertTransfer
---@field url string
---@field headers? table<string, string>
---@field proxy? string
---@field format? fun(report: reeve.AlertReport): table|string what is sent instead

local alert = {}

---Tell by mail.
---@param options reeve.AlertEmail
function alert.email(options) end

---Tell the system's log.
---@param options? reeve.AlertSyslog
function alert.syslog(options) end

---Tell a web page, by a POST with a JSON object.
---@param options reeve.AlertWebhook
function alert.webhook(options) end

---Send a test alert in every way, now.
---@return { name: string, why?: string }[] outcome
function alert.test() end

return alert
