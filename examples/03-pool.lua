-- A configuration computes: three queues, each with a pool of its own size.
--
--     build/reeve run -c examples/03-pool.lua
--     build/reeve scale crunch-mail 5
--     build/reeve status @crunchers

for queue, size in pairs { mail = 2, thumbnails = 3, reports = 1 } do
    program("crunch-" .. queue) {
        cmd = { "/bin/sh", "-c", "echo crunching $QUEUE as $REEVE_PROCESS; exec sleep 1000" },
        env = { QUEUE = queue },
        numprocs = size,
        min_procs = 1,
        max_procs = 8,
    }
end

group "crunchers" { "crunch-mail", "crunch-thumbnails", "crunch-reports" }
