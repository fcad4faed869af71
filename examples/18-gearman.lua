-- Gearman jobs: one executable for each function, one process for each job. Reeve runs the job server, too.
--
--     build/reeve run -c examples/18-gearman.lua           in the folder that examples is in
--     echo 'to be or not to be' | gearman -p 4731 -f text::words
--     build/reeve status gearman

local gearman = require "reeve.gearman"
local here = (os.getenv("PWD") or "") .. "/examples/executors/"

program "gearmand" {
    cmd = "/usr/sbin/gearmand --listen=127.0.0.1 --port=4731 --log-file=stderr",
    ready = { tcp = "127.0.0.1:4731" },
}

gearman.supervise {
    servers = { "127.0.0.1:4731" },
    env = { PATH = "/usr/local/bin:/usr/bin:/bin", LANG = "C.UTF-8" },
    timeout = "1m",
    functions = {
        { name = "count", executor = here .. "count.sh", concurrency = 4 },
        { ns = "text", method = "words", executor = here .. "words.py", concurrency = 2, timeout = "10s" },
    },
}

-- Nothing is lost when many jobs fail at once: hooks are told of each.
on("job_failed", function(event)
    reeve.log("err", "%s %s failed after %.1f s: %s", event.name, event.job, event.runtime, event.reason)
end)
