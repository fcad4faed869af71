#include "core/notices.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "core/process.h"
#include "os/notify.h"
#include "os/pidmap.h"
#include "os/procfs.h"

#include <stdlib.h>
#include <unistd.h>

enum { GENERATIONS_MOST = 64 };

struct notices {
    struct loop *loop;
    struct notify *notify; /* NULL: nobody needed it yet */
    struct pidmap speakers;
};

struct notices *notices_new(struct loop *loop)
{
    struct notices *n = xcalloc(1, sizeof *n);

    n->loop = loop;
    return n;
}

void notices_free(struct notices *n)
{
    if (n == NULL)
        return;
    notify_close(n->notify);
    pidmap_free(&n->speakers);
    free(n);
}

static struct process *find(const struct notices *n, pid_t pid)
{
    const struct speaker *s = pid > 0 ? (struct speaker *)pidmap_find(&n->speakers, pid) : NULL;

    return s != NULL ? s->process : NULL;
}

/* Each process is the leader of a session of its own, so that mostly the second question is the last one. */
static struct process *attribute(const struct notices *n, pid_t pid)
{
    struct process *p = find(n, pid);

    if (p == NULL)
        p = find(n, procfs_session(pid));
    for (int i = 0; p == NULL && i < GENERATIONS_MOST && pid > 1 && pid != getpid(); i++) {
        pid = procfs_parent(pid);
        p = find(n, pid);
    }
    return p;
}

static void on_field(const char *key, const char *value, void *arg)
{
    process_hear(arg, key, value);
}

static void on_notice(pid_t pid, const char *text, void *arg)
{
    struct process *p = attribute(arg, pid);

    if (p != NULL)
        notify_each(text, on_field, p);
    else
        log_debug("a notice from pid %d, which is none of ours, or is gone", (int)pid);
}

const char *notices_address(struct notices *n, struct error *e)
{
    if (n->notify == NULL)
        n->notify = notify_open(n->loop, on_notice, n, e);
    return n->notify != NULL ? notify_address(n->notify) : NULL;
}

int notices_fd(const struct notices *n)
{
    return n->notify != NULL ? notify_fd(n->notify) : -1;
}

void notices_resume(struct notices *n, int fd)
{
    if (n->notify == NULL)
        n->notify = notify_resume(n->loop, fd, on_notice, n);
}

void notices_add(struct notices *n, struct speaker *speaker)
{
    pidmap_add(&n->speakers, &speaker->pid);
}

void notices_remove(struct notices *n, struct speaker *speaker)
{
    pidmap_remove(&n->speakers, speaker->pid);
}
