/* A timer of the kernel's wall clock that is never due, and says so when that clock is set. */
#include "os/clock_watch.h"

#include "base/xalloc.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { NEVER = INT32_MAX }; /* seconds: in 68 years */

struct clock_watch {
    int fd;
    struct watch *watch;
    loop_fn *fn;
    void *arg;
};

static bool arm(int fd)
{
    struct itimerspec never = { 0 };

    clock_gettime(CLOCK_REALTIME, &never.it_value);
    never.it_value.tv_sec += NEVER;
    return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) == 0;
}

/* The read fails with ECANCELED when the clock was set. */
static void on_readable(int fd, int what, void *arg)
{
    const struct clock_watch *w = arg;
    uint64_t count;

    (void)what;
    if (read(fd, &count, sizeof count) < 0)
        count = 0;
    arm(fd);
    w->fn(w->arg);
}

struct clock_watch *clock_watch_start(struct loop *loop, loop_fn *fn, void *arg, struct error *e)
{
    int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    struct clock_watch *w;

    if (fd < 0 || !arm(fd)) {
        failure_errno(e, "timerfd");
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    w = xmalloc(sizeof *w);
    *w = (struct clock_watch){ .fd = fd, .fn = fn, .arg = arg };
    w->watch = watch_start(loop, fd, WATCH_READ, on_readable, w);
    return w;
}

void clock_watch_stop(struct clock_watch **w)
{
    if (*w == NULL)
        return;
    watch_stop(&(*w)->watch);
    close((*w)->fd);
    free(*w);
    *w = NULL;
}
