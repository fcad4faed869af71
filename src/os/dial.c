#include "os/dial.h"

#include "base/xalloc.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct dial {
    struct loop *loop;
    struct resolve *resolve; /* one of these three is what it waits for */
    struct watch *watch;
    struct timer *soon;
    int fd; /* -1: not yet, or never */
    dial_fn *fn;
    void *arg;
    struct error error; /* of `soon` without a descriptor */
};

static void answer(struct dial *d, int reason)
{
    dial_fn *fn = d->fn;
    void *arg = d->arg;
    struct error why = d->error;
    int fd = d->fd;

    if (fd >= 0 && reason != 0) {
        failure(&why, "%s", strerror(reason));
        close(fd);
        fd = -1;
    }
    d->fd = -1;
    dial_stop(&d);
    fn(fd, fd >= 0 ? NULL : why.text, arg);
}

static int pending_error(int fd)
{
    int reason = 0;
    socklen_t length = sizeof reason;

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &reason, &length) < 0 ? errno : reason;
}

static void on_writable(int fd, int what, void *arg)
{
    (void)what;
    answer(arg, pending_error(fd));
}

static void on_soon(void *arg)
{
    struct dial *d = arg;

    d->soon = NULL;
    answer(d, d->fd >= 0 ? pending_error(d->fd) : 0);
}

static void answer_soon(struct dial *d)
{
    d->soon = timer_start(d->loop, 0, on_soon, d);
}

/* Over the loopback the other side has mostly answered when connect returns: no need to ask epoll. */
static bool is_decided(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLOUT };

    return poll(&p, 1, 0) > 0;
}

static void begin(struct dial *d, const struct address *to)
{
    d->fd = socket(to->socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (d->fd < 0) {
        failure_errno(&d->error, "socket");
        answer_soon(d);
    } else if (connect(d->fd, (const struct sockaddr *)&to->socket, to->length) == 0) {
        answer_soon(d);
    } else if (errno != EINPROGRESS) {
        failure(&d->error, "%s", strerror(errno));
        close(d->fd);
        d->fd = -1;
        answer_soon(d);
    } else if (is_decided(d->fd)) {
        answer_soon(d);
    } else {
        d->watch = watch_start(d->loop, d->fd, WATCH_WRITE, on_writable, d);
    }
}

static void on_resolved(const struct address *address, const char *why, void *arg)
{
    struct dial *d = arg;

    d->resolve = NULL;
    if (address != NULL) {
        begin(d, address);
        return;
    }
    failure(&d->error, "%s", why);
    answer(d, 0);
}

static struct dial *dial_new(struct loop *loop, dial_fn *fn, void *arg)
{
    struct dial *d = xcalloc(1, sizeof *d);

    d->loop = loop;
    d->fd = -1;
    d->fn = fn;
    d->arg = arg;
    return d;
}

struct dial *dial_address(struct loop *loop, const struct address *to, dial_fn *fn, void *arg)
{
    struct dial *d = dial_new(loop, fn, arg);

    begin(d, to);
    return d;
}

struct dial *dial_endpoint(struct loop *loop, const struct endpoint *to, dial_fn *fn, void *arg)
{
    struct dial *d;

    if (!to->is_named)
        return dial_address(loop, &to->address, fn, arg);
    d = dial_new(loop, fn, arg);
    d->resolve = resolve_start(loop, to, on_resolved, d, &d->error);
    if (d->resolve == NULL)
        answer_soon(d);
    return d;
}

void dial_stop(struct dial **d)
{
    struct dial *old = *d;

    if (old == NULL)
        return;
    resolve_stop(&old->resolve);
    watch_stop(&old->watch);
    timer_stop(&old->soon);
    if (old->fd >= 0)
        close(old->fd);
    free(old);
    *d = NULL;
}
