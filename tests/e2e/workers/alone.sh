#!/bin/sh
# A worker that is forked in the middle of a hook leaves what reeve does alone: its streams, its commands, its tasks.
. "${0%/*}/../lib.sh"

config <<'END'
program "echo" { cmd = { "python3", "-c", [[
import socket
s = socket.socket(socket.AF_UNIX)
s.bind("peer.sock")
s.listen()
open("up", "w")
c = s.accept()[0]
while True:
    data = c.recv(100)
    if not data: break
    c.sendall(data)
]] }, ready = { file = "up" } }

local kept = {}
on("ready", "echo", function()
    local stream = reeve.connect("unix:peer.sock")
    kept.stream, kept.file = stream, io.open("supervisor.lua")
    reeve.task(function()
        local result, why = reeve.exec { cmd = "sh -c 'while ! test -e go; do sleep 0.02; done; echo said'" }
        reeve.log("notice", "command: %s", result and result.stdout or why)
    end)
    reeve.sleep(0.1)
    reeve.program("work"):start() -- forks while both are open
    reeve.process("work"):wait("EXITED", 10)
    stream:write("still here\n")
    reeve.log("notice", "stream: %s", (stream:read_line()))
    io.open("go", "w"):close()
end)

program "work" { autostart = false, starttime = 0, autorestart = false, stdout = "out", run = function()
    print("stream", (pcall(kept.stream.write, kept.stream, "not mine")))
    print("file", (pcall(kept.file.read, kept.file, "l")))
    kept.stream, kept.file = nil, nil
    for _ = 1, 50 do -- all that it could collect is collected
        local garbage = {}
        for i = 1, 20000 do garbage[i] = { i } end
        reeve.sleep(0)
    end
    for fd in reeve.exec { cmd = "ls -1 /proc/self/fd" }.stdout:gmatch("%d+") do
        if tonumber(fd) > 3 then print("descriptor " .. fd) end
    end
    print("sockets", reeve.exec { cmd = { "sh", "-c", "ls -l /proc/$PPID/fd | grep -c socket:" } }.stdout)
end }
END
run_reeve
wait_for 'grep -q "stream: still here" "$log" && grep -q "command: said" "$log"'
expect_line "stream	false" cat out
expect_line "file	false" cat out
expect_line "sockets	0" cat out
test "$(grep -c descriptor out)" = 0 || fail "what a worker runs has descriptors that it was not given"
wait_state work EXITED
reeve version >/dev/null || fail "the control port is closed"
