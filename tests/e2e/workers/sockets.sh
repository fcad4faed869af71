#!/bin/sh
# Workers accept on sockets that reeve holds: nobody is refused while they restart, each in its turn.
. "${0%/*}/../lib.sh"

port=$(free_port)
config <<END
socket "tcp" { listen = "tcp:127.0.0.1:$port" }
socket "unix" { listen = "unix:$dir/unix.sock" }
socket "udp" { listen = "udp:127.0.0.1:$port" }

local function serve(name)
    return function(worker)
        local socket = worker:socket(name)
        worker:ready()
        while worker:alive() do
            local client = socket:accept()
            if client then
                local line = client:read_line()
                if line then client:write(worker.program .. " heard " .. line .. "\n") end
                client:close()
            end
        end
    end
end

supervisor { defaults = { ready = "notify" } }
program "tcp" { numprocs = 2, sockets = "tcp", run = serve("tcp") }
program "unix" { run = serve("unix") } -- one that names none has all
program "wrong" { sockets = "tcp", ready = "starttime", starttime = 0, autorestart = false, stderr = "err",
    run = function(worker)
        print(pcall(worker.socket, worker, "unix"))
        worker:socket("nope")
    end }
program "udp" { ready = "starttime", starttime = 0, autorestart = false, stderr = "err",
    run = function(worker) worker:socket("udp") end }
program "timed" { ready = "starttime", starttime = 0, autorestart = false, stdout = "out",
    run = function(worker) print(worker:socket("unix"):accept(0.01)) end }
END
run_reeve
wait_state tcp:1 RUNNING
wait_state tcp:2 RUNNING
wait_state unix RUNNING
assert_equal 'unix heard hello' "$(echo hello | timeout 10 nc -N -U unix.sock)"
assert_equal 'tcp heard hello' "$(echo hello | timeout 10 nc -N 127.0.0.1 "$port")"

cat >clients.py <<'END'
import socket, sys
refused = served = 0
while served < int(sys.argv[2]):
    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 30) as s:
        s.sendall(b"x\n")
        answer = s.makefile().readline()
        if answer != "tcp heard x\n":
            sys.exit("connection %d was answered with %r" % (served, answer))
        served += 1
print("served", served)
END
python3 clients.py "$port" 1000 >served 2>&1 &
clients=$!
for _ in 1 2 3; do
    reeve restart tcp >/dev/null
    reeve restart --rolling tcp >/dev/null
done
wait "$clients" || true
assert_equal 'served 1000' "$(cat served)"

wait_state wrong EXITED
wait_state udp EXITED
grep -q "there is no socket 'nope' among those that this program has" err || fail "a wrong name is not told"
grep -q "there are no connections on 'udp'" err || fail "a datagram socket is not told"
wait_for "grep -q \"nil	socket 'unix': nobody has come\" out"
