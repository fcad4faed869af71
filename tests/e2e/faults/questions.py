"""questions.py: there is no memory, once, at each place that asks for some while a question is read and answered. Who asked
is answered, or hears the connection's end: he must not wait for ever."""
import errno
import os
import socket
import sys

from faults import FAIL, HERE, MEMORY, NOTE, PATIENCE, Faults, Reeve, names_of, poll

QUESTIONS = (b'status plain\n', b'{"id":1,"verb":"status","args":["plain"]}\n', b'{"verb":"status","text":true}\n', b'what\n')


def ask(reeve, question):
    """False: silence."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(PATIENCE / 4)
        s.connect(reeve.socket)
        replies = s.makefile('rb')
        try:
            replies.readline()  # the greeting
            s.sendall(question)
            replies.readline()
        except socket.timeout:
            return False
        except OSError:
            pass  # it has ended
    return True


faults = Faults(os.path.join(HERE, 'questions.faults'))
reeve = Reeve('questions', 'supervisor { max_lives = 1000000 } program "plain" { cmd = "sleep 1000" }', faults)
reeve.start()
poll(reeve.is_answering, PATIENCE, lambda: 'it does not begin: ' + reeve.words())
tried, silent = 0, []
for question in QUESTIONS:
    ask(reeve, question)
    faults.forget()
    faults.set(NOTE)
    ask(reeve, question)
    faults.off()
    for site in [site for site in faults.noted() if site.call in MEMORY and len(silent) < 3]:
        faults.set(FAIL, site.key, errno.ENOMEM, 1)
        heard = ask(reeve, question)
        tried += faults.hits() > 0
        faults.off()
        if not heard:
            silent.append((question, site))
        poll(reeve.is_answering, PATIENCE, 'it answers no more')
names = names_of([frame for _, site in silent for frame in site.frames])
for question, site in silent:
    print('silence after', question, 'for want of', ' < '.join(names.get(f, hex(f)) for f in site.frames))
print(tried, 'places were tried')
if reeve.stop() != 0 or silent or tried < len(QUESTIONS):
    sys.exit(1)
