#!/bin/sh
# 20,000 requests of noise, half-made commands and damaged JSON end nothing and leave no descriptor behind.
. "${0%/*}/../lib.sh"

config <<'EOF'
program "web" { cmd = "sleep 1000", starttime = 0 }
EOF
run_reeve
wait_state web RUNNING

descriptors()
{
    find "/proc/$reeve_pid/fd" -mindepth 1 | wc -l
}
before=$(descriptors)

cat >noise.py <<'EOF'
import random, socket

random.seed(20111)
words = ["status", "start", "stop", "tail", "-f", "-n", "5", "web", "web:1", "nobody", "*", "@x", "all", "help", "log",
         "events", "wait", "RUNNING", "0.001", "scale", "+0", "signal", "0", "pid", "show", "why", "health", "auth", "--no-wait",
         "--", ";", "'", '"', "\\", "\t", "version", "rotate", "refresh", "cancel", "attach", "reload", "--dry-run", "restart"]
good = '{"verb":"status","args":["web"],"id":%d}'

def noise():
    return bytes(random.randrange(256) for _ in range(random.randrange(60)))

def text():
    return " ".join(random.choice(words) for _ in range(random.randrange(6))).encode()

def damaged():
    line = bytearray((good % random.randrange(9)).encode())
    for _ in range(random.randrange(4)):
        line[random.randrange(len(line))] = random.randrange(256)
    return bytes(line)

def request():
    words = [random.choice(["web", "nobody", "-f", "-n", "--no-wait", "1", "RUNNING"]) for _ in range(random.randrange(4))]
    verb = random.choice(["status", "tail", "log", "events", "wait", "cancel", "start", "help", "pid", "x"])
    return ('{"verb":"%s","args":%s,"id":%d,"text":%s}' % (verb, str(words).replace("'", '"'), random.randrange(5),
            random.choice(["true", "false"]))).encode()

sent = 0
while sent < 20000:
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(10)
    s.connect("sock")
    try:
        for _ in range(random.randrange(1, 200)):
            line = random.choice([noise, text, damaged, request])()
            s.sendall(line + random.choice([b"\n", b"\n", b"\r\n", b"\r\0", b";"]))
            sent += 1
        if random.random() < 0.5:
            s.setblocking(False)
            try:
                while s.recv(65536):
                    pass
            except BlockingIOError:
                pass
        elif random.random() < 0.5:
            s.shutdown(socket.SHUT_WR)
    except (BrokenPipeError, ConnectionResetError):
        pass
    s.close()
EOF
python3 noise.py >noise.out 2>&1 || fail "$(cat noise.out)"
assert_status 0 reeve start web
assert_status 0 reeve status web
wait_for 'test "$(descriptors)" = "$before"'
stop_reeve
assert_equal 0 "$reeve_status" 'exit status'
