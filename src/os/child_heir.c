/* Heirs: a child that puts itself into the background names who goes on in its place. */
#include "child_private.h"

#include "base/xalloc.h"
#include "os/procfs.h"

#include <stdlib.h>

enum { GENERATIONS_MOST = 64 };

struct heir *child_heir_of(const struct child *c)
{
    struct heir *h;

    if (c->all == NULL)
        return NULL;
    LIST_FOREACH(h, &c->all->heirs, link)
    if (h->child == c)
        return h;
    return NULL;
}

pid_t child_group(const struct child *c)
{
    const struct heir *h = child_heir_of(c);

    return h != NULL && h->group > 0 ? h->group : c->pid;
}

void child_disinherit(const struct child *c)
{
    struct heir *h = child_heir_of(c);

    if (h == NULL)
        return;
    LIST_REMOVE(h, link);
    free(h);
}

struct heir *child_add_heir(struct child *c, pid_t pid, pid_t group)
{
    struct heir *h = xcalloc(1, sizeof *h);

    *h = (struct heir){ .child = c, .pid = pid, .group = group };
    LIST_INSERT_HEAD(&c->all->heirs, h, link);
    return h;
}

pid_t child_heir(const struct child *c)
{
    const struct heir *h = child_heir_of(c);

    return h != NULL ? h->pid : 0;
}

bool child_expect_heir(struct child *c, pid_t pid)
{
    struct heir *h = child_heir_of(c);
    pid_t ancestor = pid;

    for (int i = 0; i < GENERATIONS_MOST && ancestor > 1 && ancestor != c->pid; i++)
        ancestor = procfs_parent(ancestor);
    if (c->state != RUNNING || ancestor != c->pid || pid == c->pid)
        return false;
    if (h == NULL)
        h = child_add_heir(c, pid, 0);
    h->pid = pid;
    h->group = 0;
    return true;
}
