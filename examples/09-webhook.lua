-- Tell a chat about crashes, a few at a time. What fails is tried again; supervision goes on meanwhile.
--
--     WEBHOOK=https://chat.example.com/hooks/reeve build/reeve run -c examples/09-webhook.lua

local url = os.getenv("WEBHOOK") or "http://127.0.0.1:8080/hook"

local function deliver(text)
    local delay = 5
    while true do
        local answer, why = reeve.http.post(url, reeve.json.encode { text = text }, {
            headers = { ["Content-Type"] = "application/json" },
            timeout = 10,
        })
        if answer and answer.status < 300 then return end
        reeve.log("warning", "the webhook does not answer: %s", why or answer.status)
        if delay > 300 then return end
        reeve.sleep(delay)
        delay = delay * 2
    end
end

-- Gathered for some seconds, so that a storm is one message.
local waiting = {}

on("exit", function(event)
    if event.exit.expected then return end
    waiting[#waiting + 1] = ("%s %s"):format(event.process.name, event.exit.reason)
    if #waiting > 1 then return end
    reeve.after(5, function()
        local text = reeve.host .. ": " .. table.concat(waiting, "; ")
        waiting = {}
        deliver(text)
    end)
end)

program "web" { cmd = { "sh", "-c", "sleep 20; exit 1" }, autorestart = true }
