-- What a container runs until its own configuration is mounted at /etc/reeve/supervisor.lua.
--
-- `essential`: when the program ends for good, everything stops and the container ends with its status.
-- Its output is the container's, each line with the name of the process.

supervisor { log = { "stderr" } }

program "main" {
    cmd = { "sh", "-c", "echo 'mount a supervisor.lua at /etc/reeve'; exec sleep infinity" },
    essential = true,
    autorestart = false,
    stdout = { to = "inherit", prefix = true },
    stderr = "stdout",
}
