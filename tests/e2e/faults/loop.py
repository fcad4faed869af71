"""loop.py NAME ACTS WANTED [SHARE]: tries each site that the acts reach. WANTED is calls or memory."""
import errno
import os
import re
import sys

import day
import faults

name, acts, wanted = sys.argv[1:4]
share = int(sys.argv[4]) if len(sys.argv) > 4 else 1

# What a caller may rightly ask for again at once: failing for ever it would only take time.
NEEDED = ('epoll_create1', 'execve', 'stat')  # where one of these fails for ever, nothing can come of it
ONCE = (errno.EINTR, errno.ECONNABORTED, errno.ECONNRESET, errno.ENOBUFS, faults.SHORT)

# By these a life learns of its children and of its plan: when it never can, it says so and ends, rather than start
# everything once more. What else it begins with may be refused for a while: it is tried again, life after life.
BEGINNING = ('map_former', 'former_open', 'parse_inet')


def is_lasting(act, site, reason):
    if act.__name__ == 'crash' and trial.place(site).startswith(BEGINNING):
        return False
    return reason not in ONCE and site.call not in NEEDED and site.call not in ('send', 'recv', 'sendmsg', 'recvmsg')


def is_wanted(site):
    return (site.call in faults.MEMORY) == (wanted == 'memory')


configuration = day.configuration()
acts = [act for group in acts.split(',') for act in getattr(day, group)]
faults.Reeve.furnish = day.furnish
trial = faults.Trial(name, configuration, acts, day.ENDS)
trial.note(is_wanted)
only = re.compile(os.environ.get('FAULTS_ONLY', ''))
trial.sites = [(act, site) for act, site in trial.sites if only.search(site.call + ' ' + trial.place(site))]
print('%d sites' % len(trial.sites), flush=True)
for i, (act, site) in enumerate(trial.sites):
    for reason in site.reasons:
        if (i + reason) % share == 0:
            trial.try_one(act, site, reason, 1)
            if is_lasting(act, site, reason) and wanted == 'calls':
                trial.try_one(act, site, reason, -1)
trial.end()
