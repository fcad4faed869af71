"""What the tests of this folder share: reeve with tests/preload/faults.c in it, a day in its life in acts, and the loop.

An act is a function that does something to reeve and waits for what should become of it. Each act is played once while
the sites that it reaches are noted; then once more for each site and reason, while the site fails; and then undisturbed,
which has to succeed. What an act misses while a site fails has to be said: in the log, or in the answer to a command.
"""
import errno
import glob
import http.server
import json
import mmap
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

SITES, REASONS, FRAMES, SHORT = 1 << 14, 6, 6, 1000
HEAD = struct.Struct('IIQiiII')
SITE = struct.Struct('QII24s6i6Q')
OFF, NOTE, FAIL, CHANCE = range(4)
MEMORY = ('malloc', 'calloc', 'realloc')
# Nobody may notice these.
UNSEEN = (errno.EINTR, SHORT)
# A peer who is gone, or a socket that is full for a moment: nobody here has lost anything.
PEERS = (errno.ECONNRESET, errno.ECONNABORTED)

HERE = os.environ['E2E_DIR']
REEVE = os.environ['REEVE']
PRELOAD = os.path.join(os.environ['PROGRAMS'], 'faults.so')
PATIENCE = 20


# For some reasons there are better words than the system's.
OTHER_WORDS = ('in name resolution', 'somebody answers at', 'is no HOST:PORT', 'another program does already', 'out of memory', 'after a crash')


class Lost(Exception):
    """What should have happened did not."""


def reason_name(reason):
    return 'SHORT' if reason == SHORT else errno.errorcode[reason]


def poll(condition, seconds, what):
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Lost(what() if callable(what) else what)
        time.sleep(0.003)


class Site:
    def __init__(self, raw):
        fields = SITE.unpack(raw)
        self.key, self.hits = fields[0], fields[1]
        self.call = fields[3].rstrip(b'\0').decode()
        self.reasons = [r for r in fields[4:10] if r]
        self.frames = [f for f in fields[10:16] if f]


class Faults:
    """The file that the library in reeve maps."""
    def __init__(self, path):
        self.path = path
        with open(path, 'ab') as f:
            f.truncate(HEAD.size + SITES * SITE.size)
        with open(path, 'r+b') as f:
            self.map = mmap.mmap(f.fileno(), 0)

    def set(self, mode, key=0, reason=0, times=0, every=0):
        self.map[0:4] = struct.pack('I', OFF)
        self.map[0:HEAD.size] = HEAD.pack(OFF, every, key, reason, times, 0, 0)
        self.map[0:4] = struct.pack('I', mode)

    def off(self):
        self.map[0:4] = struct.pack('I', OFF)

    def hits(self):
        return HEAD.unpack(self.map[0:HEAD.size])[5]

    def forget(self):
        self.off()
        self.map[HEAD.size:] = bytes(SITES * SITE.size)

    def noted(self):
        for at in range(HEAD.size, HEAD.size + SITES * SITE.size, SITE.size):
            if self.map[at:at + 8] != bytes(8):
                yield Site(self.map[at:at + SITE.size])


def names_of(frames):
    """Functions and places of addresses in the binary, by addr2line; what was inlined is named by its file's function."""
    frames = sorted(set(frames))
    asked = subprocess.run(['addr2line', '-aife', REEVE], input=''.join('%#x\n' % (f - 1) for f in frames),
                           capture_output=True, text=True) if frames else None
    names = {}
    for text in asked.stdout.split('0x')[1:] if asked else ():
        at, *pairs = text.splitlines()
        for function, place in zip(pairs[::2], pairs[1::2]):
            if '/bits/' not in place:
                names[int(at, 16) + 1] = '%s (%s)' % (function, re.sub(r'.*/(src|include)/| .*', '', place))
                break
    return names


class Server(http.server.BaseHTTPRequestHandler):
    """What probes and hooks ask."""
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Length', '3')
        self.end_headers()
        self.wfile.write(b'yes')

    def log_message(self, *args):
        pass


def start_server():
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.handle_error = lambda *_: None  # whoever asked may have gone
    return server.server_port


class Reeve:
    def __init__(self, name, configuration, faults):
        self.dir = os.path.join(HERE, name)
        self.socket = os.path.join(self.dir, 'sock')
        self.log = os.path.join(self.dir, 'log')
        self.faults = faults
        self.configuration = configuration
        self.patience = PATIENCE
        self.answers = []
        self.process = None
        self.fifos = {}
        os.makedirs(self.dir, exist_ok=True)
        self.configure()
        self.furnish()

    def furnish(self):
        """What else the configuration needs."""

    def configure(self, more=''):
        with open(os.path.join(self.dir, 'supervisor.lua'), 'w') as f:
            f.write(self.configuration + more)

    def start(self):
        env = dict(os.environ, LD_PRELOAD=PRELOAD, FAULTS=self.faults.path)
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen([REEVE, 'run', '-c', 'supervisor.lua', '-s', 'unix:' + self.socket],
                                            cwd=self.dir, env=env, stderr=log, stdout=log, stdin=subprocess.DEVNULL)

    @property
    def pid(self):
        return self.process.pid

    def is_alive(self):
        return self.process.poll() is None

    def stop(self):
        self.process.terminate()
        return self.process.wait(30)

    # ---- asking

    def ask(self, verb, *args):
        """The answer, an object, or Lost."""
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(self.patience)
                s.connect(self.socket)
                s.sendall((json.dumps({'verb': verb, 'args': args, 'id': 1}) + '\n').encode())
                for line in s.makefile('rb'):
                    answer = json.loads(line) if line.startswith(b'{') else {}
                    if 'ok' in answer:
                        if not answer['ok']:
                            self.answers.append(json.dumps(answer))
                        return answer
        except OSError as e:
            self.answers.append(str(e))
            raise Lost('%s: %s' % (verb, e)) from None
        raise Lost('%s: no answer' % verb)

    def is_answering(self):
        try:
            return self.ask('version')['ok']
        except Lost:
            return False

    def processes(self):
        answer = self.ask('status')
        if not answer['ok']:
            raise Lost('status: %s' % answer)
        return {p['name']: p for p in answer['data']['processes']}

    def until(self, condition, what):
        """Until the condition about the processes holds."""
        last = {}

        def holds():
            nonlocal last
            last = self.processes()
            return condition(last)
        poll(holds, self.patience, lambda: '%s: %s' % (what, {n: (p['state'], p['pid'], p['description'])
                                                             for n, p in last.items() if p['state'] != 'RUNNING'}))
        return last

    def words(self, since=0):
        with open(self.log, 'rb') as f:
            f.seek(since)
            return f.read().decode(errors='replace')

    def own_words(self):
        """Its other log, of late: what stderr did not take is told there."""
        path = os.path.join(self.dir, 'own.log')
        if not os.path.exists(path):
            return ''
        with open(path, 'rb') as f:
            f.seek(max(0, os.stat(path).st_size - 2000))
            return f.read().decode(errors='replace')

    def log_size(self):
        return os.stat(self.log).st_size

    def until_said(self, pattern, since):
        poll(lambda: re.search(pattern, self.words(since)), self.patience, 'not said: ' + pattern)

    def descriptors(self):
        """How many there are of each kind."""
        kinds = {}
        folder = '/proc/%d/fd' % self.pid
        for fd in os.listdir(folder):
            try:
                kind = re.sub(r'[0-9]+', 'N', os.readlink(os.path.join(folder, fd)))
            except OSError:
                continue
            kinds[kind] = kinds.get(kind, 0) + 1
        return kinds

    def children(self):
        with open('/proc/%d/task/%d/children' % (self.pid, self.pid)) as f:
            return len(f.read().split())


class Trial:
    """The loop over what an instance does."""
    def __init__(self, name, configuration, acts, beginnings=()):
        self.faults = Faults(os.path.join(HERE, name + '.faults'))
        self.lives = 0
        self.make = lambda: Reeve('%s%d' % (name, self.lives), configuration, self.faults)
        self.acts, self.beginnings = acts, beginnings
        self.failures = []
        self.tried = self.reached = self.missed = 0
        self.begin()

    def begin(self):
        self.lives += 1
        self.reeve = self.make()
        self.reeve.start()
        poll(self.reeve.is_answering, PATIENCE, lambda: 'it does not begin: ' + self.reeve.words())
        for _ in range(2):  # what is made on first use is there from then on
            for act in self.acts:
                act(self.reeve)
        self.usual = self.settle(None)

    def settle(self, usual):
        """Nothing is left of what went wrong."""
        def state():
            return self.reeve.descriptors(), self.reeve.children()
        if usual is None:
            last = state()
            while True:
                time.sleep(0.1)
                if state() == last:
                    return last
                last = state()
        def is_usual():
            kinds, children = state()
            found = usual[1] if self.acts != self.beginnings else min(children, usual[1])  # again: they are no children
            return children == found and all(
                count <= usual[0].get(kind, 0) or kind == '/dev/null' and count == 2 for kind, count in kinds.items())
        poll(is_usual, PATIENCE, lambda: 'usual are %s, now there are %s' % (usual, state()))
        return usual

    # ---- what there is

    def note(self, wanted):
        """Of each site the first act that reaches it."""
        first = {}
        for act in self.acts:
            self.faults.forget()
            self.faults.set(NOTE)
            act(self.reeve)
            self.faults.off()
            for site in self.faults.noted():
                if wanted(site):
                    first.setdefault(site.key, (act, site))
        self.sites = sorted(first.values(), key=lambda pair: (self.acts.index(pair[0]), pair[1].frames))
        self.names = names_of([f for _, site in self.sites for f in site.frames])

    def place(self, site):
        return ' < '.join(self.names.get(f, hex(f)) for f in site.frames)

    # ---- trying

    def attempt(self, act, site, reason, times):
        """While the site fails: what has been lost, if anything."""
        reeve = self.reeve
        reeve.answers = []
        reeve.patience = 1.0
        self.faults.set(FAIL, site.key, reason, times)
        lost = None
        try:
            act(reeve)
        except Lost as e:
            lost = e
        hits = self.faults.hits()
        self.faults.off()
        reeve.patience = PATIENCE
        self.tried += 1
        self.reached += hits > 0
        if lost is not None and hits > 0:
            self.missed += 1
            return lost
        return None

    def look_for_words(self, words, reason, lost):
        if reason in UNSEEN:
            raise Lost('it was noticed: %s' % lost)
        if reason in PEERS:
            return
        if not any(text in words for text in (os.strerror(reason), *OTHER_WORDS)):
            raise Lost('nobody was told: %s; but: %s' % (lost, words))

    def may_have_ended(self, act):
        """Only a beginning may be in vain."""
        return self.reeve.is_alive() or act in self.beginnings

    def recover(self, act):
        if not self.may_have_ended(act):
            raise Lost('reeve has ended')
        self.reeve.patience = 2.0
        end = time.monotonic() + PATIENCE
        while True:
            try:
                act(self.reeve)
                break
            except Lost:
                if time.monotonic() > end or not self.may_have_ended(act):
                    raise
        self.reeve.patience = PATIENCE
        self.settle(self.usual)

    def try_one(self, act, site, reason, times):
        since = self.reeve.log_size()
        try:
            lost = self.attempt(act, site, reason, times)
            answers = '\n'.join(self.reeve.answers)
            self.recover(act)
            if lost is not None:  # by now a log that could not be written has been told, too
                self.look_for_words(self.reeve.words(since) + self.reeve.own_words() + answers, reason, lost)
        except (Lost, OSError, KeyError) as e:
            since = max(0, self.reeve.log_size() - 1500)
            self.failures.append('%s %s (%s) in %s: %s %s\n%s' % (
                site.call, reason_name(reason), 'once' if times > 0 else 'for a while', act.__name__, self.place(site),
                e, self.reeve.words(since)))
            print('FAILED', self.failures[-1], flush=True)
            self.again()

    def again(self):
        """Another instance, for the rest."""
        self.faults.off()
        if self.reeve.is_alive():
            self.reeve.process.kill()
        self.reeve.process.wait()
        subprocess.run("env -u E2E_DIR grep -lsF 'E2E_DIR=%s' /proc/[0-9]*/environ | sed 's,/environ,,; s,/proc/,,' |"
                       "while read -r p; do if grep -qsF REEVE_ID= /proc/$p/environ; then kill -KILL $p; fi; done" % HERE,
                       shell=True)
        self.begin()

    def end(self):
        try:
            status = self.reeve.stop()
        except subprocess.TimeoutExpired:
            with open(self.reeve.log, errors='replace') as f:
                print(f.read()[-6000:])
            raise
        if status != 0:
            self.failures.append('it ended with %d' % status)
        print('%d failures were tried, %d of them came about, %d cost something'
              % (self.tried, self.reached, self.missed))
        for failure in self.failures:
            print(failure)
        sys.exit(1 if self.failures or self.reached == 0 else 0)


if __name__ == '__main__':  # faults.py FILE EVERY: by chance one in so many calls fails; 0: none
    Faults(sys.argv[1]).set(CHANCE if int(sys.argv[2]) > 0 else OFF, every=int(sys.argv[2]))
