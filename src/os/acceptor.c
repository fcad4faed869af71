#include "os/acceptor.h"

#include "base/log.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ACCEPTS_PER_TURN = 64,
    PAUSE = 1000,
    SHORT_PAUSE = 20,
};

struct acceptor {
    struct loop *loop;
    int fd; /* -1: closed */
    bool calling;
    bool complained; /* that descriptors ran out, since there were enough of them */
    int accepted;    /* in this turn */
    struct watch *watch;
    struct timer *pause;
    acceptor_fn *fn;
    void *arg;
};

static void free_if_closed(struct acceptor *a)
{
    if (a->fd < 0 && !a->calling)
        free(a);
}

static void on_pause_over(void *arg)
{
    struct acceptor *a = arg;

    a->pause = NULL;
    watch_resume(a->watch);
}

/* The client waits in the kernel's queue meanwhile; a level-triggered watch would spin. */
static void pause_for_a_while(struct acceptor *a, int reason)
{
    if (!a->complained)
        log_warning("cannot accept connections: %s; trying again every second", strerror(reason));
    a->complained = true;
    watch_pause(a->watch);
    /* Those that were accepted just now may leave at once, and then there is room for the next. */
    a->pause = timer_start(a->loop, a->accepted > 0 ? SHORT_PAUSE : PAUSE, on_pause_over, a);
}

static bool is_shortage(int reason)
{
    return reason == EMFILE || reason == ENFILE || reason == ENOBUFS || reason == ENOMEM;
}

/* False when there is nobody to accept for now. Every other error is the trouble of one client who is gone. */
static bool accept_one(struct acceptor *a)
{
    int fd = accept4(a->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd >= 0) {
        a->accepted++;
        a->fn(fd, a->arg);
        return true;
    }
    if (is_shortage(errno))
        pause_for_a_while(a, errno);
    return !is_shortage(errno) && errno != EAGAIN && errno != EINVAL;
}

static void on_readable(int fd, int what, void *arg)
{
    struct acceptor *a = arg;
    (void)fd;
    (void)what;
    a->calling = true;
    a->accepted = 0;
    for (int i = 0; i < ACCEPTS_PER_TURN && a->fd >= 0 && accept_one(a); i++)
        continue;
    if (a->pause == NULL)
        a->complained = false;
    a->calling = false;
    free_if_closed(a);
}

struct acceptor *acceptor_open(struct loop *loop, int fd, acceptor_fn *fn, void *arg)
{
    struct acceptor *a = xcalloc(1, sizeof *a);

    a->loop = loop;
    a->fd = fd;
    a->fn = fn;
    a->arg = arg;
    a->watch = watch_start(loop, fd, WATCH_READ, on_readable, a);
    return a;
}

int acceptor_fd(const struct acceptor *a)
{
    return a->fd;
}

void acceptor_close(struct acceptor *a)
{
    if (a == NULL || a->fd < 0)
        return;
    watch_stop(&a->watch);
    timer_stop(&a->pause);
    close(a->fd);
    a->fd = -1;
    free_if_closed(a);
}
