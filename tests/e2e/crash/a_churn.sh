#!/bin/sh
# Killed by SEGV at two hundred moments of a churn of starts, exits, restarts and stops, reeve loses no child and doubles
# none, nor does one that runs beside the programs go on without an owner. For `make soak` it goes on for SOAK_SECONDS,
# with upgrades and reloads, and neither memory nor descriptors grow.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { max_lives = 1000000 }
program "brief" { cmd = "sleep 0.05", numprocs = 5, starttime = 0, autorestart = true, backoff = 0 }
program "fails" { cmd = "exit 1", shell = true, numprocs = 3, startretries = 100000, backoff = 0.02 }
program "steady" { cmd = "sleep 100000", starttime = 0, numprocs = 10 }
program "moved" { cmd = "sleep 100000", starttime = 0, numprocs = 5 }
program "checked" {
  cmd = "sleep 100000", starttime = 0, numprocs = 2,
  health = { exec = "sleep 200000", every = 0.05, timeout = 0.1, action = "none" },
}
program "hooked" {
  cmd = "sleep 0.3", starttime = 0, autorestart = true, backoff = 0,
  on_start = function() reeve.exec { cmd = "sleep 200000", timeout = 0.2 } end,
}
program "loud" { cmd = "while :; do echo some words; sleep 0.02; done", shell = true, starttime = 0, numprocs = 3 }
END
run_reeve

# A process of ours is the child of reeve with its name in the environment; a check has that too, and a hook's command has
# none, but when it is over neither is there.
python3 - "$reeve_pid" "$REEVE" "$socket" <<'END'
import os, random, signal, subprocess, sys, time

reeve, binary, address = int(sys.argv[1]), sys.argv[2], sys.argv[3]
random.seed(None if 'SOAK_SECONDS' in os.environ else 7)

def ask(*words):
    return subprocess.run([binary, *words, '-s', address], capture_output=True, text=True, timeout=30)

def one_moment(i):
    if i % 4 == 0:
        ask(random.choice(['restart', 'stop', 'start']), 'moved:%d' % random.randint(1, 5), '--no-wait')
    if soak and i % 50 == 25:
        ask(random.choice(['upgrade', 'reload']))
    time.sleep(random.random() * 0.03)
    os.kill(reeve, signal.SIGSEGV)

def size():
    pages = int(open('/proc/%d/statm' % reeve).read().split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') >> 10, len(os.listdir('/proc/%d/fd' % reeve))

soak = float(os.environ.get('SOAK_SECONDS', 0))
begun, early, i = time.time(), None, 0
while i < 200 or time.time() < begun + soak:
    one_moment(i)
    i += 1
    if early is None and time.time() > begun + soak / 4:
        early = size()
late = size()
if soak and (late[0] > early[0] * 1.5 + 2048 or late[1] > early[1] + 20):
    print('memory (KB) and descriptors grow: first', early, 'and then', late)
    sys.exit(1)

def of_reeve():
    for pid in os.listdir('/proc'):
        if not pid.isdigit():
            continue
        try:
            stat = open('/proc/%s/stat' % pid).read().rsplit(')', 1)[1].split()
            names = [e for e in open('/proc/%s/environ' % pid, 'rb').read().split(b'\0') if e.startswith(b'REEVE_PROCESS=')]
        except OSError:
            continue
        if stat[0] not in 'ZX' and int(stat[1]) == reeve:
            yield names[0][14:].decode() if names else '?', int(pid)

deadline = time.time() + 10
ask('start', 'moved')
ask('stop', 'brief', 'fails', 'checked', 'hooked')
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
