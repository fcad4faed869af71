-- Alerts that arrive: a mail when something crashes, a line in syslog and a post to a chat when it is given up.
-- What happens at once is one mail, the same again is counted, and recovery is told. While the mail server is down they
-- wait in state_dir.
--
--     build/reeve run -c examples/13-alerts.lua
--     build/reeve alert test

supervisor { state_dir = os.getenv("STATE_DIR") or "/tmp/reeve-demo-state" }

local alert = require "reeve.alert"

alert.email {
    to = { "ops@example.com" },
    server = os.getenv("RELAY") or "smtp://127.0.0.1:25",
    digest = "30s",
    repeat_after = "1h",
}

alert.syslog { on = { "fatal", "reload_failed" }, digest = 0 }

-- Most chats want a field of their own: `format` makes it.
alert.webhook {
    url = os.getenv("WEBHOOK") or "http://127.0.0.1:8080/hook",
    on = { "fatal", "recovered" },
    programs = { "web*", "fragile" },
    format = function(report)
        local more = report.others and (" and %d more"):format(#report.others) or ""
        return { text = ("%s: %s %s, %s%s"):format(report.host, report.process, report.event, report.reason, more) }
    end,
}

program "fragile" {
    cmd = { "/bin/sh", "-c", "echo all is well; sleep 2; echo oh no >&2; kill -SEGV $$" },
    starttime = 0.5,
}
