-- Programs that live on when reeve ends, and are found again at its next start.
--
--     build/reeve run -c examples/14-detached.lua
--     build/reeve status; kill -9 $(pgrep -f 14-detached)     -- and run it again: worker has the same pid
--
-- Or without a supervisor that stays, from cron for example:
--
--     build/reeve reconcile start worker -c examples/14-detached.lua
--     build/reeve reconcile list -c examples/14-detached.lua

supervisor {
    state_dir = "/tmp/reeve-detached",     -- pid files, and what users started, stopped and scaled
}

program "worker" {
    cmd = "sleep 1000",
    detached = true,                       -- in /tmp/reeve-detached/worker.pid: its pid and when it was started
    stdout = "/tmp/reeve-worker.log",      -- reeve could not hold a pipe for it
    stderr = "stdout",
}

-- It puts itself into the background: cmd ends, and its own pid file says who goes on. Without `detached` it is still
-- reeve's: whoever runs it again ends the one that was left, and starts another.
program "daemon" {
    cmd = "setsid sh -c 'echo $$ >/tmp/reeve-daemon.pid; exec sleep 1000' &",
    shell = true,
    forks = true,
    pidfile = "/tmp/reeve-daemon.pid",
    stop_cmd = { "sh", "-c", "kill $MAINPID" },
}
