#!/bin/sh
# A program that puts itself into the background is known by its pid file, supervised, and stopped by signal or command.
. "${0%/*}/../lib.sh"

# sh daemon.sh FILE: leaves a daemon behind that has forked twice, and whose pid stands in FILE a little later.
cat >daemon.sh <<'END'
setsid sh -c 'sh -c "sleep 0.2; echo \$\$ >$0.new; mv $0.new $0; exec sleep 1000" "$0" &' "$1"
END
config <<'END'
local function daemon(name, settings)
    settings.cmd = settings.cmd or { "sh", "daemon.sh", name .. ".pid" }
    settings.forks, settings.pidfile, settings.starttime = true, name .. ".pid", 0
    program(name)(settings)
end
daemon("signal", {})
daemon("command", { stop_cmd = { "sh", "-c", "echo $MAINPID >stopped; kill $MAINPID" } })
daemon("bad", { cmd = { "sh", "-c", "exit 3" }, startretries = 0 })
daemon("stray", {
    cmd = { "sh", "-c", "setsid sleep 1000 & echo $! >stray.made" }, startretries = 0, ready_timeout = 2,
})
daemon("off", {
    cmd = { "sh", "-c", "setsid sleep 1000 & echo $! >off.made" }, autostart = false,
})
daemon("none", { cmd = "true", startretries = 0, ready_timeout = 2 })
END
run_reeve
wait_state signal RUNNING
wait_state command RUNNING
pid=$(cat signal.pid)
assert_equal "$pid" "$(pid_of signal)"
wait_state bad FATAL
expect_line 'bad +FATAL +exited with status 3' reeve status bad
wait_state none FATAL
expect_line "none +FATAL +not in the background within 2s: pid file .*none.pid.*" reeve status none

# What is left behind without a pid file does not live on.
wait_state stray FATAL
wait_for '! is_alive "$(cat stray.made)"'
reeve start --no-wait off
wait_for 'test -s off.made && reeve status off | grep -q "waiting for its pid file"'
expect_line 'off: stopped' reeve stop off
wait_for '! is_alive "$(cat off.made)"'

# It came to us when its parents were gone: so its status is known.
kill -KILL "$pid"
wait_for 'test "$(pid_of signal)" != "$pid" && test "$(state signal)" = RUNNING'
expect_line 'last end: killed by SIGKILL after .*' reeve why signal

pid=$(pid_of command)
expect_line 'command: stopped' reeve stop command
assert_equal "$pid" "$(cat stopped)" "MAINPID of stop_cmd"
pid=$(pid_of signal)
expect_line 'signal: stopped' reeve stop signal
if is_alive "$pid"; then
    fail "it outlived its stop"
fi

# One that is not detached goes with reeve.
reeve start signal
pid=$(pid_of signal)
stop_reeve
if is_alive "$pid"; then
    fail "it outlived reeve"
fi
