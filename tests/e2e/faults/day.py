"""A day in the life of reeve: a configuration that uses much of it, and acts that do."""
import os
import re
import shutil
import signal
import socket
import struct
import threading
import time

from faults import HERE, Lost, poll, start_server

CONFIGURATION = '''
supervisor {
  name = "day", log = { "stderr", "own.log" }, state_dir = "state", max_lives = 1000000, stop_timeout = 5,
  defaults = { starttime = 0, startretries = 1000000, backoff = 0.02, autorestart = true, stoptime = 5, ready_timeout = 0.4 },
}
socket "web" { listen = "unix:web.sock" }
program "plain" { cmd = "sleep 1000", stdout = "plain.log", stderr = "discard", sockets = { "web" }, env_file = "env",
  limits = { core = 0 }, umask = "022", nice = 1 }
program "ring" { cmd = "sleep 1001" }
program "loud" { shell = true, cmd = [[exec 3<>fifo; while read -r line; do echo "$line"; done <&3]],
  stdout = { path = "loud.log", max_size = "4KB", backups = 2 }, stderr = "stdout" }
program "packed" { shell = true, cmd = [[exec 3<>fifo2; while read -r line; do echo "$line"; done <&3]],
  stdout = { path = "packed.log", max_size = "4KB", backups = 1, compress = true, prefix = true } }
program "told" { ready = "notify", shell = true,
  cmd = [[(echo READY=1; exec sleep 1002) | socat -u - ABSTRACT-SENDTO:${NOTIFY_SOCKET#@}]] }
program "fd" { ready = { fd = 3 }, shell = true, cmd = "echo >&3; exec sleep 1003" }
program "said" { ready = { line = "up" }, shell = true, cmd = "echo up; exec sleep 1004" }
program "tcp" { ready = { tcp = "localhost:PORT" }, cmd = "sleep 1005" }
program "http" { ready = { http = "http://127.0.0.1:PORT/" }, cmd = "sleep 1006" }
program "file" { ready = { file = "env" }, cmd = "sleep 1007" }
program "asked" { ready = { exec = "true" }, stop_cmd = { "sh", "-c", "kill $MAINPID" }, cmd = "sleep 1008" }
program "hooked" { cmd = "sleep 1009",
  before_start = function() reeve.sleep(0.001) end,
  on_start = function(process)
    local done, page, stream, why
    done, why = reeve.exec { cmd = { "cat" }, stdin = "some words", timeout = 5 }
    reeve.store.exec = done and done.stdout or why
    page, why = reeve.http.get("http://127.0.0.1:PORT/")
    reeve.store.page = page and page.body or why
    stream, why = reeve.connect("tcp:localhost:PORT")
    reeve.store.line = why
    if stream then
      local line
      done, why = stream:write("GET / HTTP/1.0\\r\\n\\r\\n")
      if done then line, why = stream:read_line() end
      reeve.store.line = line or why
      stream:close()
    end
    reeve.log("notice", "%s: hook %s %s %s", process.name, reeve.store.exec, reeve.store.page, reeve.store.line)
  end }
program "worker" { ready = "notify", stderr = "inherit",
  run = function(worker) worker:ready() while worker:alive() do reeve.sleep(10) end end }
program "forks" { forks = true, pidfile = "forks.pid", shell = true, stdout = "discard", stderr = "discard",
  cmd = "sleep 1010 & echo $! >forks.pid" }
program "pool" { cmd = "sleep 1011" }
program "apart" { detached = true, cmd = "sleep 1013", stdout = "discard", stderr = "discard" }
'''

counter = 0


def configuration():
    port = start_server()
    return CONFIGURATION.replace('PORT', str(port))


def furnish(reeve):
    """What the configuration finds in its folder."""
    for name in ('fifo', 'fifo2'):
        os.mkfifo(os.path.join(reeve.dir, name))
        reeve.fifos[name] = os.open(os.path.join(reeve.dir, name), os.O_RDWR | os.O_NONBLOCK)
    with open(os.path.join(reeve.dir, 'env'), 'w') as f:
        f.write('SOME=words\n')


def is_up(processes, name):
    return name in processes and processes[name]['state'] == 'RUNNING'


def restart_of(name):
    def act(reeve):
        before = reeve.processes()[name]['pid']
        answer = reeve.ask('restart', name, '--no-wait')
        if not answer['ok']:
            raise Lost('restart is refused: %s' % answer)
        reeve.until(lambda now: is_up(now, name) and now[name]['pid'] != before, 'a new one')
    act.__name__ = 'restart of ' + name
    return act


def crash_of(name):
    def act(reeve):
        before = reeve.processes()[name]['pid']
        if before is not None:
            os.kill(before, signal.SIGKILL)
        reeve.until(lambda now: is_up(now, name) and now[name]['pid'] != before, 'a new one')
    act.__name__ = 'crash of ' + name
    return act


def hook(reeve):
    since = reeve.log_size()
    restart_of('hooked')(reeve)
    reeve.until_said('hook some words yes HTTP/1.0 200 OK', since)


def write_lines(reeve, fifo, words, count):
    os.write(reeve.fifos[fifo], ('%s\n' % words * count).encode())


def kept(reeve, name):
    """What is in a log and the one before it."""
    text = ''
    for path in (name + '.1', name):
        try:
            with open(os.path.join(reeve.dir, path), errors='replace') as f:
                text += f.read()
        except FileNotFoundError:
            pass
    return text


def lines(reeve):
    """So many that the log is rotated once; nothing of them is torn or told twice."""
    global counter
    counter += 1
    words = 'line %d %s' % (counter, 'of many ' * 11 + 'more')
    write_lines(reeve, 'fifo', words, 45)
    poll(lambda: kept(reeve, 'loud.log').count(words + '\n') == 45, reeve.patience,
         lambda: '%d of 45 lines' % kept(reeve, 'loud.log').count(words + '\n'))


def packing(reeve):
    """A rotated log is compressed, and its lines are marked."""
    global counter
    counter += 1
    packed = os.path.join(reeve.dir, 'packed.log.1.gz')
    try:
        os.rename(packed, packed + '.old')
    except FileNotFoundError:  # or the next rotation has just moved it
        pass
    write_lines(reeve, 'fifo2', 'line %d %s' % (counter, 'of many ' * 11 + 'more'), 45)
    poll(lambda: os.path.exists(packed), reeve.patience, 'it is not compressed')


def rotation(reeve):
    answer = reeve.ask('rotate', 'loud')
    if not answer['ok']:
        raise Lost('rotate: %s' % answer)


def looks(reeve):
    for verb, *args in (('status',), ('tail', 'ring'), ('tail', 'loud'), ('tail', 'plain'), ('log',), ('metrics',),
                        ('show', 'plain'), ('why', 'ring'), ('graph',), ('health',), ('version',), ('pid', 'plain')):
        answer = reeve.ask(verb, *args)
        if not answer['ok'] and verb != 'health':
            raise Lost('%s: %s' % (verb, answer))


def text(reeve):
    """A person with nc."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(reeve.patience)
        try:
            s.connect(reeve.socket)
            s.sendall(b'status; help\n')
            s.shutdown(socket.SHUT_WR)
            heard = b''.join(iter(lambda: s.recv(65536), b''))
        except OSError as e:
            reeve.answers.append(str(e))
            raise Lost('%s' % e) from None
    if heard.count(b'\nOK') != 2:
        raise Lost('it said %s' % heard)


def reload(reeve):
    """A program and a socket come, and go."""
    for more, there in (('socket "more" { listen = "unix:more.sock" }\n'
                         'program "more" { cmd = "sleep 1012", sockets = { "more" } }\n', True), ('', False)):
        reeve.configure(more)
        answer = reeve.ask('reload')
        if not answer['ok']:
            raise Lost('reload: %s' % answer)
        reeve.until(lambda now: is_up(now, 'more') if there else 'more' not in now, 'reload')


def wishes(reeve):
    """What the user wants is written down."""
    desired = os.path.join(reeve.dir, 'state', 'desired.json')
    for verb, state in (('stop', 'STOPPED'), ('start', 'RUNNING')):
        answer = reeve.ask(verb, 'ring')
        if not answer['ok']:
            raise Lost('%s: %s' % (verb, answer))
        reeve.until(lambda now: now['ring']['state'] == state, verb)


def scale(reeve):
    for count in ('3', '1'):
        answer = reeve.ask('scale', 'pool', count)
        if not answer['ok']:
            raise Lost('scale: %s' % answer)
        reeve.until(lambda now: sum(p['program'] == 'pool' and p['state'] == 'RUNNING' for p in now.values())
                    == int(count), 'scale')


def reopening(reeve):
    for name in ('own.log', 'loud.log'):
        path = os.path.join(reeve.dir, name)
        if os.path.exists(path):
            os.rename(path, path + '.old')
    os.kill(reeve.pid, signal.SIGUSR1)
    poll(lambda: all(os.path.exists(os.path.join(reeve.dir, n)) for n in ('own.log', 'loud.log')), reeve.patience,
         'not reopened')


def upgrade(reeve):
    since = reeve.log_size()
    answer = reeve.ask('upgrade')
    if not answer['ok']:
        raise Lost('upgrade: %s' % answer)
    reeve.until_said('goes on after an upgrade', since)
    looks_up(reeve)


def crash(reeve):
    poll(lambda: reeve.ask('status')['data']['supervisor']['kept'], reeve.patience, 'the next life knows nothing')
    since = reeve.log_size()
    os.kill(reeve.pid, signal.SIGSEGV)
    reeve.until_said('goes on after a crash', since)
    looks_up(reeve)


def begins(reeve):
    """Reeve, which has ended, begins; what is left of its former self is found."""
    reeve.process.wait()
    since = reeve.log_size()
    reeve.start()
    poll(lambda: not reeve.is_alive() or reeve.is_answering(), reeve.patience, 'it does not answer')
    if not reeve.is_alive():
        raise Lost('it does not begin: ' + reeve.words(since))
    looks_up(reeve)


def killing(reeve):
    reeve.process.kill()
    begins(reeve)


def ending(reeve):
    reeve.process.terminate()
    poll(lambda: not reeve.is_alive(), reeve.patience, 'it does not end')
    begins(reeve)


def looks_up(reeve):
    reeve.until(lambda now: len(now) > 0 and all(p['state'] == 'RUNNING' for p in now.values()), 'all are up')


PROBED = ('told', 'fd', 'said', 'tcp', 'http', 'file', 'asked', 'worker', 'forks')
CALM = [restart_of('plain'), restart_of('loud'), crash_of('ring'), lines, packing, rotation, looks, text, wishes, scale,
        reopening]
BUSY = [restart_of(name) for name in PROBED] + [crash_of('worker'), crash_of('forks'),
                                                restart_of('apart'), crash_of('apart'), hook, reload]
LIVES = [upgrade, crash]
ENDS = [killing, ending]
