-- The server of target states under reeve: its socket stays open while it restarts.
--
--     reeve run -c contrib/magistrate-server/supervisor.lua
--
-- In the environment: MAGISTRATE_LISTEN (tcp:127.0.0.1:9292), MAGISTRATE_DATABASE (magistrate.db), MAGISTRATE_AUTH
-- (a file with USER:PASSWORD; without it everybody who reaches the port may say what the boxes run).

socket "magistrate" { listen = os.getenv("MAGISTRATE_LISTEN") or "tcp:127.0.0.1:9292" }

program "magistrate" {
    cmd = function()
        local here = reeve.settings().file:match("^(.*)/")
        local cmd = { "/usr/bin/python3", here .. "/server.py" }
        local function option(name, value)
            if value then table.move({ name, value }, 1, 2, #cmd + 1, cmd) end
        end
        option("--database", os.getenv("MAGISTRATE_DATABASE"))
        option("--auth", os.getenv("MAGISTRATE_AUTH"))
        return cmd
    end,
    sockets = "magistrate",
    ready = "notify",
    no_new_privs = true,
    stdout = { ring = "64KB" },
}
