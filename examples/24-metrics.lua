-- A page for Prometheus: what `reeve metrics` prints. A worker serves it, and asks reeve by the control port, as every
-- client does.
--
--     build/reeve run -c examples/24-metrics.lua
--     curl http://127.0.0.1:9109/metrics
--
-- Where a node_exporter is there already, its textfile collector does without a page:
-- `reeve metrics >reeve.prom.new && mv reeve.prom.new reeve.prom`, each minute by cron.

socket "metrics" { listen = "tcp:127.0.0.1:9109" }

-- A greeting, and then for each command its lines and OK.
local function metrics()
    local control <close> = assert(reeve.connect(os.getenv "REEVE_SOCKET"))
    local lines = {}
    control:read_line()
    control:write "metrics\n"
    for line in function() return control:read_line() end do
        if line == "OK" then return table.concat(lines, "\n") .. "\n" end
        lines[#lines + 1] = line
    end
    error "reeve did not answer"
end

local function answer(client)
    local target = (client:read_line() or ""):match("^GET (%S+) HTTP/1%.[01]$")
    repeat local header = client:read_line() until not header or header == ""
    local status, body = "404 Not Found", "only /metrics\n"
    if target == "/metrics" then status, body = "200 OK", metrics() end
    client:write(("HTTP/1.1 %s\r\nContent-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"
        .. "Content-Length: %d\r\nConnection: close\r\n\r\n%s"):format(status, #body, body))
end

program "metrics" {
    sockets = "metrics",
    autorestart = true,
    run = function(worker)
        local socket = worker:socket("metrics")
        while worker:alive() do
            local client <close> = socket:accept()
            if client then answer(client) end
        end
    end,
}

program "hello" { cmd = "sleep 1000" }
