-- A web server in Lua: one request at a time in each worker, and always some workers idle.
--
--     build/reeve run -c examples/22-http.lua
--     curl http://127.0.0.1:8080/hello?sleep=2
--     build/reeve status web                   -- while some of these run

socket "web" { listen = "tcp:127.0.0.1:8080", backlog = 1024 }

local function read_request(client)
  local method, target = (client:read_line() or ""):match("^(%u+) (%S+) HTTP/1%.[01]$")
  if not method then return nil end
  local headers = {}
  for line in function() return client:read_line() end do
    if line == "" then return { method = method, target = target, headers = headers } end
    local name, value = line:match("^([^:]+):%s*(.-)%s*$")
    if not name then return nil end
    headers[name:lower()] = value
  end
end

local function answer(client, status, body)
  client:write(("HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s")
    :format(status, #body, body))
end

local function serve(worker, client)
  local request = read_request(client)
  if not request then return answer(client, "400 Bad Request", "what?\n") end
  if request.method ~= "GET" then return answer(client, "405 Method Not Allowed", "only GET\n") end
  local time = tonumber(request.target:match("[?&]sleep=([%d.]+)"))
  if time then reeve.sleep(math.min(time, 10)) end
  answer(client, "200 OK", ("%s answers %s\n"):format(worker.name, request.target))
end

program "web" {
  sockets = "web",
  numprocs = 2, spare_procs = { 2, 4 }, max_procs = 20,
  autorestart = true,
  ready = "notify",
  run = function(worker)
    local socket = worker:socket("web")
    local served = 0
    worker:ready()
    -- After a thousand requests it makes room for a fresh one.
    while worker:alive() and served < 1000 do
      local client <close> = socket:accept()
      if client then
        worker:busy()
        serve(worker, client)
        worker:idle()
        served = served + 1
      end
    end
  end,
}
