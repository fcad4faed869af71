-- The smallest configuration: one program, kept running.
--
--     build/reeve run -c examples/01-hello.lua
--     build/reeve status                    -- in another terminal

program "hello" {
    cmd = { "/bin/sh", "-c", "while :; do echo hello; sleep 1; done" },
}
