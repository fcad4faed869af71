#include "os/notify.h"

#include "base/xalloc.h"
#include "fake/fake.h"
#include "fake/fake_private.h"

#include <stdlib.h>

struct notify {
    notify_fn *fn;
    void *arg;
};

static struct notify *listener;

struct notify *notify_open(struct loop *loop, notify_fn *fn, void *arg, struct error *e)
{
    (void)loop;
    (void)e;
    listener = xcalloc(1, sizeof *listener);
    *listener = (struct notify){ fn, arg };
    return listener;
}

struct notify *notify_resume(struct loop *loop, int fd, notify_fn *fn, void *arg)
{
    (void)fd;
    return notify_open(loop, fn, arg, NULL);
}

int notify_fd(const struct notify *n)
{
    (void)n;
    return FAKE_NOTIFY_FD;
}

const char *notify_address(const struct notify *n)
{
    (void)n;
    return "@fake";
}

void notify_close(struct notify *n)
{
    if (n == listener)
        listener = NULL;
    free(n);
}

void fake_notify(pid_t pid, const char *text)
{
    if (listener != NULL)
        listener->fn(pid, text, listener->arg);
    fake_turn();
}
