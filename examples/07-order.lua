-- Start after what is needed, stop before it; be asked whether all is well.
--
--     build/reeve run -c examples/07-order.lua
--     build/reeve graph

-- Runs to its end; who comes after it waits for that.
program "migrate" {
    cmd = { "sh", "-c", "echo migrating; sleep 1" },
    oneshot = true,
}

-- RUNNING when it says so: here a line of its output, elsewhere a port, a page, a file, sd_notify, a command …
program "db" {
    cmd = { "sh", "-c", "echo starting; sleep 1; echo listening on port 5432; exec sleep 1000" },
    after = "migrate",
    ready = { line = "^listening on port %d+$" },
    ready_timeout = 30,
}

-- Starts when db is ready, stops before it, and is restarted with it.
program "api" {
    cmd = "sleep 1000",
    requires = "db",
    health = { exec = "true", every = 5, failures = 3, max_memory = "500MB" },
    on_health = function(process, ok, why)
        if not ok then reeve.log("warning", "%s is not well: %s", process.name, why) end
    end,
}
