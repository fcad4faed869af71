-- What `make demo` shows: a healthy program, one that crashes and backs off, a pool, and a hook that reports the crash.

supervisor { log_level = "info" }

program "healthy" {
    cmd = { "/bin/sh", "-c", "while :; do date; sleep 1; done" },
    starttime = 0.2,
}

program "crashing" {
    cmd = { "/bin/sh", "-c", "echo about to fail; sleep 0.4; exit 3" },
    starttime = 0.2,
    backoff = { first = 0.5, factor = 2, max = 8 },
    on_exit = function(process, exit)
        reeve.log("warning", "the hook reports: %s %s, its last words were '%s'", process.name, exit.reason,
            (process:tail(1) or ""):gsub("\n", ""))
    end,
}

program "broken" {
    cmd = "/nonexistent/program",
    startretries = 2,
    backoff = 0.2,
}

program "pool" {
    cmd = { "/bin/sh", "-c", "echo I am $REEVE_PROCESS; exec sleep 1000" },
    numprocs = 3,
    starttime = 0.2,
}
