#!/bin/sh
# Killed by SEGV at two hundred moments of a churn of starts, exits, restarts and stops, reeve loses no child and doubles
# none.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { max_lives = 1000 }
program "brief" { cmd = "sleep 0.05", numprocs = 5, starttime = 0, autorestart = true, backoff = 0 }
program "fails" { cmd = "exit 1", shell = true, numprocs = 3, startretries = 100000, backoff = 0.02 }
program "steady" { cmd = "sleep 1000", starttime = 0, numprocs = 10 }
program "moved" { cmd = "sleep 1000", starttime = 0, numprocs = 5 }
program "loud" { cmd = "while :; do echo some words; sleep 0.02; done", shell = true, starttime = 0, numprocs = 3 }
END
run_reeve

# A process of ours is the child of reeve with its name in the environment.
python3 - "$reeve_pid" "$REEVE" "$socket" <<'END'
import os, random, signal, subprocess, sys, time

reeve, binary, address = int(sys.argv[1]), sys.argv[2], sys.argv[3]
random.seed(7)

def ask(*words):
    return subprocess.run([binary, *words, '-s', address], capture_output=True, text=True, timeout=30)

for i in range(200):
    if i % 4 == 0:
        ask(random.choice(['restart', 'stop', 'start']), 'moved:%d' % random.randint(1, 5), '--no-wait')
    time.sleep(random.random() * 0.03)
    os.kill(reeve, signal.SIGSEGV)

def of_reeve():
    for pid in os.listdir('/proc'):
        if not pid.isdigit():
            continue
        try:
            stat = open('/proc/%s/stat' % pid).read().rsplit(')', 1)[1].split()
            names = [e for e in open('/proc/%s/environ' % pid, 'rb').read().split(b'\0') if e.startswith(b'REEVE_PROCESS=')]
        except OSError:
            continue
        if stat[0] not in 'ZX' and int(stat[1]) == reeve and names:
            yield names[0][14:].decode(), int(pid)

deadline = time.time() + 10
ask('start', 'moved')
ask('stop', 'brief', 'fails')
while True:
    children = sorted(of_reeve())
    shown = sorted((l.split()[0], int(l.split()[3].rstrip(','))) for l in ask('status').stdout.splitlines()
                   if l.split()[2] == 'pid')
    if children == shown and len(shown) == 18:
        break
    if time.time() > deadline:
        print('there are', children, 'and shown are', shown)
        sys.exit(1)
    time.sleep(0.05)
END
grep -q 'goes on after a crash' "$log" || fail "it never crashed"
stop_reeve
assert_equal 0 "$reeve_status"
assert_equal '' "$(leftovers)"
