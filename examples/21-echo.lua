-- An echo server: workers that wait for connections on one socket.
--
--     build/reeve run -c examples/21-echo.lua
--     nc 127.0.0.1 7007                        -- who answers? And after `build/reeve restart --rolling echo`?

socket "echo" { listen = "tcp:127.0.0.1:7007" }

program "echo" {
  sockets = "echo",
  numprocs = 2,
  autorestart = true,
  ready = "notify",
  run = function(worker)
    local socket = worker:socket("echo")
    worker:ready()
    while worker:alive() do
      local client = socket:accept()
      -- Each connection is a task of its own, so that one that is silent keeps nobody waiting.
      if client then
        reeve.task(function()
          local line = client:read_line()
          while line do
            client:write(worker.name .. ": " .. line .. "\n")
            line = client:read_line()
          end
          client:close()
        end)
      end
    end
  end,
}
