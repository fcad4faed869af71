"""anything.py SEED STEPS: users, files and hooks do what they like, at moments that nobody chose.

Steps are drawn from a seed: commands, reloads of changed configurations, scales, signals, upgrades and crashes. Whatever
they are, reeve lives, and goes on after a crash only where the crash was sent; it answers every command in time, never
runs a process twice, ends in time with status 0, and leaves nobody. Neither a sanitizer nor an assertion complains.

A seed always has the same configurations and steps; the moments at which they fall are the machine's. What fails is
told with the seed, the last steps and the configuration.
"""
import os
import random
import re
import signal
import subprocess
import sys
import time

REEVE = os.environ['REEVE']
HERE = os.environ['E2E_DIR']
SOCKET = 'unix:' + os.path.join(HERE, 'sock')
LOG = os.path.join(HERE, 'log')
FILE = os.path.join(HERE, 'supervisor.lua')
STOP_TIMEOUT = 5
PATIENCE = 30  # for an answer, and beyond what reeve may take by itself; several builds may share the machine
TOLD_STEPS = 25

NAMES = 'abcdefgh'
TARGETS = [*NAMES, 'all', 'a:1', 'b:2', '*']

# ---- what a configuration may have ---------------------------------------------------------------

WORKER = 'function(w) w:idle() while w:alive() do reeve.sleep(0.05) end end'

COMMANDS = [
    '"sleep 1000"',
    '{ "sh", "-c", "sleep 0.%(tenths)d; exit %(status)d" }',
    """{ "sh", "-c", "trap '' TERM; while :; do sleep 0.05; done" }""",
    '"/nope"',
    'function(p) return { "sleep", "%(seconds)d" } end',
    'function(p) if math.random() < 0.3 then return nil end return "sleep 1000" end',
    '{ "sh", "-c", "while :; do echo x; echo y >&2; sleep 0.01; done" }',
    'function(p) act(p) return { "sh", "-c", "sleep 0.%(tenths)d; exit %(status)d" } end',
    'function(p) for _, e in ipairs(p:ends()) do assert(e.reason ~= "") end return "sh -c \'kill -KILL $$\'" end',
]

ACTS_AT_ITS_END = 'function(p) local x <close> = setmetatable({}, { __close = function() act(p) end }) reeve.sleep(0.1) end'

# Each with how probable it is, and its values.
SETTINGS = [
    ('starttime', 0.7, ['0', '0.1', '0.3']),
    ('numprocs', 0.5, ['0', '1', '2', '3']),
    ('stoptime', 1, ['0.2', '0.5', '0']),
    ('autostart', 0.2, ['false']),
    ('autorestart', 0.5, ['true', 'false', 'function() return ({ true, 0.1, false, "fatal", nil })[math.random(5)] end',
                          'function(p) act(p) return ({ true, 0.1, false })[math.random(4)] end']),
    ('backoff', 0.8, ['0.05', '0', '{ first = 0.01, max = 0.1 }']),
    ('startretries', 0.5, ['0', '1', '5']),
    ('respawn_limit', 0.3, ['0', '2', '10']),
    ('ready_timeout', 1, ['0.5']),
    ('oneshot', 0.15, ['true']),
    ('max_age', 0.1, ['0.5']),
    ('priority', 0.3, ['1', '5', '2000']),
    ('watchdog', 0.05, ['0.5']),
    ('stop_cmd', 0.1, ['"true"', '"false"', 'function() return nil end']),
    ('env', 0.2, ['function(p) return { A = p.name, B = tostring(math.random(3)) } end']),
    ('health', 0.15, ['{ exec = "false", every = 0.1, failures = 2 }',
                      '{ check = function() return math.random() < 0.8 end, every = 0.1, failures = 1 }']),
    ('before_start', 0.25, ['function() reeve.sleep(0.1) end', 'function() error("no") end', ACTS_AT_ITS_END,
                            'function(p) if math.random() < 0.2 then p:stop() end end']),
    ('on_start', 0.2, ['function(p) if math.random() < 0.3 then p:stop() end end',
                       'function(p) reeve.program(p.program):scale(math.random(3)) end']),
    ('on_exit', 0.3, ['function() reeve.sleep(0.05) end', 'function(p) p:start() end', 'function() error("x") end',
                      'function() reeve.command("status") end', 'function(p, e) assert(e.reason ~= "") act(p) end']),
    ('before_stop', 0.2, ['function() reeve.sleep(0.1) end', 'function(p) p:restart() end', 'function() error("no") end']),
    ('on_stop', 0.2, ['function(p) p:start() end', 'function() reeve.sleep(0.1) end']),
    ('on_restart', 0.1, ['function() if math.random() < 0.2 then reeve.command("reload") end end']),
    ('on_health', 0.1, ['function() error("h") end']),
    ('on_fatal', 0.2, ['function(p) reeve.sleep(0.3) p:start() end']),
]

ONLY_COMMANDS = [
    ('ready', 0.2, ['function() reeve.sleep(0.1) return true end', '{ exec = "true" }', '{ exec = "false" }', '"notify"']),
]

ONLY_WORKERS = [
    ('spare_procs', 0.4, ['{ 1, 2 }']),
    ('max_procs', 1, ['3']),
]

# No lines of what is discarded.
OUTPUTS = [
    {},
    {},
    {'on_line': 'function(p, l) end'},
    {'on_line': 'function(p, l) reeve.sleep(0.02) end'},
    {'stdout': '"discard"'},
    {'stdout': '{ path = "out.log", max_size = "1KB", backups = 1, prefix = true }'},
    {'stdout': '{ ring = "1KB" }'},
]

HEAD = """
supervisor { hook_time = 0.05, stop_timeout = %d, state_dir = "state", max_lives = 1000000 }
local function act(p)
  local actions = { p.stop, p.start, p.restart, function() reeve.program(p.program):scale(math.random(0, 3)) end }
  local program = reeve.program(({ "a", "b", "c", "d" })[math.random(4)])
  local act = math.random() < 0.5 and actions[math.random(4)]
  if act then act(p) elseif program then program[({ "stop", "start", "restart", "pid" })[math.random(4)]](program) end
end
reeve.every(0.2, function()
  if math.random() < 0.3 then reeve.command("restart " .. ({ "a", "b", "c", "d" })[math.random(4)] .. " --no-wait") end
end)
""" % STOP_TIMEOUT

SCHEDULED = 'b'
LIBRARIES = ["""
local alert = require "reeve.alert"
alert.webhook { url = "http://127.0.0.1:1/x", digest = 0.1, on = { "crash", "fatal", "recovered" }, repeat_after = 1 }
""", """
local schedule = require "reeve.schedule"
schedule.every(0.3, function() reeve.sleep(0.1) reeve.emit("tick", { program = "a" }) end)
schedule.every(0.2, "%s")
""" % SCHEDULED]

HOOKS = ["""
on("exit", function(e)
  reeve.sleep(0.05)
  local p = reeve.process(e.process.name)
  if p then p:tail(3) end
end)
on("line", "*", function(e) end)
on("tick", function() reeve.task(function() reeve.http.get("http://127.0.0.1:1/", { timeout = 0.2 }) end) end)
""", """
on("start", function()
  local task = reeve.task(function() reeve.sleep(5) end)
  reeve.sleep(0.05)
  task:cancel()
  reeve.connect("tcp:127.0.0.1:1")
  reeve.store.x = (reeve.store.x or 0) + 1
end)
on("scale", function() reeve.command("status") end)
on("reload", function() reeve.exec { cmd = "sleep 0.2", timeout = 0.1 } end)
on("shutdown", function() reeve.sleep(0.1) end)
"""]


class Failure(Exception):
    """A promise was broken."""


def draw_settings(draw, table):
    return {key: draw.choice(values) for key, chance, values in table if draw.random() < chance}


def draw_command(draw):
    return draw.choice(COMMANDS) % {'tenths': draw.randint(0, 9), 'status': draw.randint(0, 1),
                                    'seconds': draw.randint(1000, 1005)}


def draw_program(draw, name):
    """Its settings, and the name of another program that it depends on, or None."""
    is_worker = draw.random() < 0.15
    settings = {'run': WORKER} if is_worker else {'cmd': draw_command(draw)}
    settings.update(draw_settings(draw, SETTINGS))
    settings.update(draw_settings(draw, ONLY_WORKERS if is_worker else ONLY_COMMANDS))
    settings.update(draw.choice(OUTPUTS))
    earlier = [other for other in NAMES if other < name]
    needed = draw.choice(earlier) if earlier and draw.random() < 0.4 else None
    if needed:
        settings[draw.choice(['after', 'requires'])] = '{ "%s" }' % needed
    return settings, needed


class Configuration:
    """Programs that come, go and change."""
    def __init__(self, draw):
        self.draw = draw
        self.programs = {name: draw_program(draw, name) for name in NAMES}

    def change(self):
        for name in NAMES:
            if self.draw.random() < 0.25:
                self.programs[name] = draw_program(self.draw, name)
        chosen = [name for name in NAMES if self.draw.random() < 0.93 or name == SCHEDULED]
        return HEAD + self.draw.choice(LIBRARIES) + self.draw.choice(HOOKS) + self.text(chosen)

    def text(self, chosen):
        lines = []
        for name in chosen:
            settings, needed = self.programs[name]
            pairs = ['%s = %s' % pair for pair in settings.items()
                     if pair[0] not in ('after', 'requires') or needed in chosen]
            lines.append('program "%s" {\n  %s,\n}\n' % (name, ',\n  '.join(pairs)))
        return ''.join(lines)


# ---- who there is --------------------------------------------------------------------------------

def read(path):
    with open(path, 'rb') as f:
        return f.read()


def stat_of(pid):
    """Its state, its parent and its session."""
    fields = read('/proc/%s/stat' % pid).rsplit(b')', 1)[1].split()
    return fields[0].decode(), int(fields[1]), int(fields[3])


class Living:
    """A process that may be looked at, and has not ended."""
    def __init__(self, pid):
        state, self.parent, self.session = stat_of(pid)
        self.pid = int(pid)
        self.words = read('/proc/%s/cmdline' % pid).replace(b'\0', b' ').decode(errors='replace').strip()
        self.environment = read('/proc/%s/environ' % pid).decode(errors='replace').split('\0')
        if state in 'ZX':
            raise ProcessLookupError

    def name(self):
        """What reeve calls it: told in its environment, or, of a worker, in its title."""
        told = [e.split('=', 1)[1] for e in self.environment if e.startswith('REEVE_PROCESS=')]
        title = re.match(r'reeve: (\S+)', self.words)
        return told[0] if told else title and title.group(1)


def living():
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            yield Living(pid)
        except OSError:
            pass  # it has ended, or is another user's


def processes_of(reeve):
    """The pids of each name: a process is a child of reeve with a session of its own."""
    pids = {}
    for p in living():
        if p.parent == reeve and p.session == p.pid and p.name():
            pids.setdefault(p.name(), set()).add(p.pid)
    return pids


def doubles_of(reeve):
    return {(name, pid) for name, pids in processes_of(reeve).items() if len(pids) > 1 for pid in pids}


def poll(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


# ---- the steps -----------------------------------------------------------------------------------

class Trial:
    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.configuration = Configuration(self.draw)
        self.steps = []
        self.crashes = 0
        self.reeve = None

    def run(self, *words, patience=PATIENCE):
        """What the command said; its status may be anything but a signal."""
        try:
            done = subprocess.run([REEVE, *words], capture_output=True, text=True, errors='replace', timeout=patience)
        except subprocess.TimeoutExpired:
            raise Failure('no answer in %d s to: %s' % (patience, ' '.join(words))) from None
        said = done.stdout + done.stderr
        if done.returncode < 0 or re.search('Sanitizer|runtime error:', done.stderr):
            raise Failure('%s ended with %d: %s' % (' '.join(words), done.returncode, said))
        return done.returncode, said

    def ask(self, *words, **more):
        return self.run(*words, '-s', SOCKET, **more)

    def configure(self):
        """Another configuration, all at once, for a reload may come at any moment."""
        with open(FILE + '.new', 'w') as f:
            f.write(self.configuration.change())
        status, said = self.run('check', '-c', FILE + '.new')
        if status != 0:
            raise Failure('the configuration is refused: ' + said)
        os.rename(FILE + '.new', FILE)

    def start(self):
        self.configure()
        environment = dict(os.environ, ANYTHING=HERE)  # the mark of what descends from it
        environment.pop('REEVE_SOCKET', None)
        with open(LOG, 'ab') as log:
            self.reeve = subprocess.Popen([REEVE, 'run', '-c', FILE, '-s', SOCKET], stdin=subprocess.DEVNULL,
                                          stdout=log, stderr=log, env=environment)
        if not poll(lambda: self.ask('version')[0] == 0, PATIENCE):
            raise Failure('it does not begin')

    def reload(self):
        self.configure()
        self.ask('reload')

    def send(self, number):
        self.reeve.send_signal(number)

    def survived(self):
        return len(re.findall(rb'goes on after (?!an upgrade)', read(LOG)))

    def crash(self):
        self.crashes += 1
        self.send(signal.SIGSEGV)
        if not poll(lambda: self.survived() >= self.crashes or not self.is_alive(), PATIENCE):
            raise Failure('it does not go on after a crash')

    def look(self):
        """A child that is not yet or no more the program is gone soon; two that stay are too many."""
        doubles = doubles_of(self.reeve.pid)

        def are_gone():
            doubles.intersection_update(doubles_of(self.reeve.pid))
            return not doubles
        if not poll(are_gone, 3):
            raise Failure('a process runs twice: %s' % sorted(doubles))

    def is_alive(self):
        return self.reeve.poll() is None

    def next_step(self):
        """What to do, as (function, arguments); always drawn in the same order, whatever reeve does."""
        draw = self.draw
        target, name = draw.choice(TARGETS), draw.choice(NAMES)
        kinds = {
            (self.ask, draw.choice(['start', 'stop', 'restart']), target, '--no-wait'): 50,
            (self.ask, 'scale', name, draw.choice(['0', '1', '2', '4', '+1', '-1'])): 10,
            (self.reload,): 15,
            (self.send, draw.choice([signal.SIGHUP, signal.SIGUSR1, signal.SIGTTIN, signal.SIGUSR2])): 5,
            (self.ask, 'signal', draw.choice(['KILL', 'TERM', 'STOP', 'CONT', 'HUP']), target): 5,
            (self.ask, 'upgrade'): 2,
            (self.crash,): 1,
            (self.look,): 2,
            (self.ask, *draw.choice([
                ('status',), ('tail', '-n', '3', target), ('why', target), ('tasks',), ('health',), ('graph',),
                ('events', '-n', '3'), ('metrics',), ('refresh', target), ('rotate',), ('wait', target, 'RUNNING', '0.2'),
                ('restart', '--rolling', target, '--no-wait'), ('pid', 'all')])): 10,
        }
        return draw.choices(list(kinds), list(kinds.values()))[0]

    def take(self, count):
        for _ in range(count):
            step, *words = self.next_step()
            self.steps.append(' '.join([step.__name__, *map(str, words)]))
            step(*words)
            if not self.is_alive():
                raise Failure('it ended with %d' % self.reeve.returncode)
            time.sleep(self.draw.random() * 0.05)

    def end(self):
        self.steps.append('the end')
        self.ask('stop', 'all')
        self.look()
        self.send(signal.SIGTERM)
        try:
            status = self.reeve.wait(STOP_TIMEOUT + PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failure('it does not end') from None
        if status != 0:
            raise Failure('it ended with %d' % status)
        if not poll(lambda: not self.remaining(), 1):
            raise Failure('these remain: %s' % self.remaining())
        self.read_log()

    def remaining(self):
        return [(p.pid, p.words) for p in living() if 'ANYTHING=' + HERE in p.environment]

    def read_log(self):
        complaint = re.search('.*(Sanitizer|runtime error:|[Aa]ssert).*', read(LOG).decode(errors='replace'))
        if complaint:
            raise Failure('it says: ' + complaint.group())
        if self.survived() != self.crashes:
            raise Failure('of %d crashes %d were sent' % (self.survived(), self.crashes))

    def tell(self, seed, count, failure):
        print('FAILED: %s\n\nanything.py %s %d, the last steps:\n  %s' % (
            failure, seed, count, '\n  '.join(self.steps[-TOLD_STEPS:])))
        if os.path.exists(FILE):
            print('\nThe configuration:\n' + read(FILE).decode())
        print('The log:\n' + read(LOG)[-5000:].decode(errors='replace'))


def main(seed, count):
    trial = Trial(seed)
    try:
        trial.start()
        trial.take(count)
        trial.end()
    except Failure as failure:
        trial.tell(seed, count, failure)
        return 1
    finally:
        if trial.reeve and trial.is_alive():
            trial.reeve.kill()
            trial.reeve.wait()
    return 0


if __name__ == '__main__':
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
