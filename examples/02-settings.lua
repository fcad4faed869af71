-- What a web server's entry may look like. Everything said here is a default or close to one:
-- `build/reeve plan -c examples/02-settings.lua` shows all settings, `man 5 supervisor.lua` explains them.

supervisor {
    log = { "stderr" },
    log_level = "info",
    defaults = { stoptime = "5s" }, -- for every program that does not say otherwise
}

program "web" {
    cmd = "/usr/bin/python3 -m http.server 8099 --bind 127.0.0.1",
    workingdir = "/tmp",
    umask = "022",
    env = { PYTHONUNBUFFERED = 1 },

    starttime = 0.5, -- up this long is RUNNING
    startretries = 3, -- so many more tries, longer and longer apart, then FATAL
    autorestart = "unexpected", -- after a crash, not after an exit that was announced
    exitcodes = { 0, 2 },

    stopsignal = "INT",
    limits = { nofile = 1024, core = 0 },
}
