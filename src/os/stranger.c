#include "os/stranger.h"

#include "base/units.h"
#include "os/reaper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Its group is its own if it leads it, or if whoever led it is gone, as when a daemon forks twice. Else it was
 * started by a shell's script, and a signal to the group would end that, too. */
static void learn_group(struct stranger *s)
{
    struct procfs_stat stat, leader;

    if (!procfs_look(s->who.pid, &stat) || stat.start != s->who.start)
        return;
    s->group = 0;
    if (stat.group > 1 && stat.group != getpgrp() &&
        (stat.group == s->who.pid || !procfs_look(stat.group, &leader) || leader.ended))
        s->group = stat.group;
}

/* The number may have become another's before the descriptor was open. */
bool stranger_open(struct stranger *s, const struct process_mark *who, struct error *e)
{
    s->pidfd = (int)syscall(SYS_pidfd_open, who->pid, 0);
    if (s->pidfd < 0)
        return failure_errno(e, "process %d", (int)who->pid);
    if (!procfs_lives(who)) {
        stranger_close(s);
        return failure(e, "process %d is gone", (int)who->pid);
    }
    s->who = *who;
    learn_group(s);
    return true;
}

void stranger_close(struct stranger *s)
{
    watch_stop(&s->watch);
    close(s->pidfd);
}

bool stranger_has_ended(const struct stranger *s, struct child_exit *out)
{
    struct pollfd wanted = { .fd = s->pidfd, .events = POLLIN };
    int ready;

    if (reaper_peek(s->who.pid, out))
        return true;
    *out = (struct child_exit){ .code = -1, .unknown = true };
    do
        ready = poll(&wanted, 1, 0);
    while (ready < 0 && errno == EINTR);
    return ready > 0;
}

bool stranger_signal(const struct stranger *s, int number, struct error *e)
{
    if (syscall(SYS_pidfd_send_signal, s->pidfd, number, NULL, 0) < 0)
        return failure_errno(e, "signal %s to process %d", signal_name(number), (int)s->who.pid);
    return true;
}

/* A number stays taken while a group has it. So the group is still the same if its leader is, or is gone. */
static bool has_own_group(const struct stranger *s)
{
    struct procfs_stat leader;

    if (s->group == 0 || (kill(-s->group, 0) < 0 && errno == ESRCH))
        return false;
    return s->group != s->who.pid || !procfs_look(s->group, &leader) || leader.start == s->who.start;
}

bool stranger_signal_group(struct stranger *s, int number, struct error *e)
{
    learn_group(s);
    if (!has_own_group(s))
        return stranger_signal(s, number, e);
    if (kill(-s->group, number) < 0)
        return failure_errno(e, "signal %s to the group of process %d", signal_name(number), (int)s->who.pid);
    return true;
}

bool stranger_group_lives(const struct stranger *s)
{
    return has_own_group(s) && procfs_group_lives(s->group);
}
