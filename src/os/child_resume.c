/* Children that this life has not started: a former life's, and strangers. */
#include "child_private.h"

#include "base/xalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_our_child(pid_t pid)
{
    siginfo_t info;

    while (pid > 0 && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
        if (errno != EINTR)
            return false;
    return pid > 0;
}

/* Its end was seen by a former life, which did not live to tell. */
static void tell_lost(void *arg)
{
    static const struct child_exit unknown = { .code = -1, .unknown = true };
    struct child *c = arg;

    if (c->on_exit != NULL)
        c->on_exit(c, &unknown, c->arg);
    c->lost = false;
    if (c->freed)
        child_destroy(c);
}

struct child *child_resume(struct children *all, pid_t pid, pid_t heir, pid_t group, child_exit_fn *on_exit, void *arg)
{
    struct child *c = xcalloc(1, sizeof *c);
    bool ours = is_our_child(pid), inherited = !ours && is_our_child(heir);

    *c = (struct child){ .pid = inherited ? heir : pid, .all = all, .on_exit = on_exit, .arg = arg };
    if (heir > 0)
        child_add_heir(c, heir, inherited ? getpgid(heir) : group != pid ? group : 0);
    if (ours || inherited) {
        child_enter(c);
        reaper_look_within(all->reaper, REAPER_AT_ONCE); /* it may have ended before */
        return c;
    }
    c->state = REAPED;
    c->lost = true;
    loop_later(all->loop, tell_lost, c);
    return c;
}

struct child *child_resume_ended(struct children *all, pid_t pid, pid_t group)
{
    struct child *c = xcalloc(1, sizeof *c);

    *c = (struct child){ .pid = pid, .all = all, .state = REAPED };
    if (group != pid)
        child_add_heir(c, pid, group);
    return c;
}

struct child *child_adopt(struct children *all, const struct process_mark *who, child_exit_fn *on_exit, void *arg,
                          struct error *e)
{
    struct stranger *s;
    struct child *c;

    if (child_find(all, who->pid) != NULL) {
        failure(e, "process %d is looked after already", (int)who->pid);
        return NULL;
    }
    s = xcalloc(1, sizeof *s);
    if (!stranger_open(s, who, e)) {
        free(s);
        return NULL;
    }
    c = xcalloc(1, sizeof *c);
    *c = (struct child){ .pid = who->pid, .all = all, .on_exit = on_exit, .arg = arg, .adopted = true };
    s->child = c;
    LIST_INSERT_HEAD(&all->strangers, s, link);
    child_enter_stranger(s);
    return c;
}
