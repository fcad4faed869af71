/* Whom we did not start and nobody looks after: at the start those of a former life, at the end whoever is left. */
#include "child_private.h"

#include "os/clock.h"
#include "os/orphans.h"
#include "os/procfs.h"

#include <sys/wait.h>

/* What a spared one has left behind has its session, which it leads unless it is a stranger. */
static bool is_spared(pid_t pid, void *arg)
{
    struct children *all = arg;
    pid_t session = procfs_session(pid);
    const struct child *c = child_find(all, pid), *leader = session > 0 ? child_find(all, session) : NULL;
    const struct stranger *s;

    if ((c != NULL && c->spared) || (leader != NULL && leader->spared))
        return true;
    LIST_FOREACH(s, &all->strangers, link)
    if (s->child->spared && procfs_session(s->who.pid) == session)
        return true;
    return false;
}

struct stray_search {
    struct children *all;
    child_stray_fn *fn;
    void *arg;
};

static bool is_no_stray(pid_t pid, void *arg)
{
    const struct stray_search *search = arg;

    return child_find(search->all, pid) != NULL || !search->fn(pid, search->arg);
}

void children_kill_strays(struct children *all, child_stray_fn *fn, void *arg)
{
    struct stray_search search = { all, fn, arg };

    orphans_kill(is_no_stray, &search);
}

static bool have_children(void)
{
    siginfo_t info;

    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* Whoever is killed leaves us his children, until the last one of the tree is ours and gone. */
void children_kill_orphans(struct children *all, msec limit)
{
    msec end = clock_now() + limit;
    msec left;

    reaper_wait(all->reaper, 0);
    while ((left = clock_left(end)) > 0 && have_children() && orphans_kill(is_spared, all) > 0)
        reaper_wait(all->reaper, left < 20 ? left : 20);
}
