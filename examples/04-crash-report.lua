-- A hook is told what happened, after the fact. This one writes a report of every unexpected end into the log.

local function report(process, exit)
    if exit.expected then
        return
    end
    reeve.log("err", "%s on %s %s after %.1f s; it has been restarted %d times. Its last words:\n%s",
        process.name, reeve.host, exit.reason, exit.uptime, exit.restarts, process:tail(5))
end

program "fragile" {
    cmd = { "/bin/sh", "-c", "echo all is well; sleep 2; echo oh no; exit 3" },
    starttime = 0.5,
    on_exit = report,
    on_fatal = function(process)
        reeve.log("err", "%s is given up: somebody should look", process.name)
    end,
}
