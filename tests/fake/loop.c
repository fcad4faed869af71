#include "os/loop.h"

#include "base/xalloc.h"
#include "fake/fake.h"
#include "fake/fake_private.h"
#include "os/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/queue.h>

struct timer {
    TAILQ_ENTRY(timer) link;
    msec at;
    loop_fn *fn;
    void *arg;
};

struct call {
    STAILQ_ENTRY(call) link;
    loop_fn *fn;
    void *arg;
};

static TAILQ_HEAD(timer_list, timer) timers = TAILQ_HEAD_INITIALIZER(timers); /* by time */
static STAILQ_HEAD(, call) calls = STAILQ_HEAD_INITIALIZER(calls);
static struct loop_guard guard;
static bool ended;

struct loop *loop_new(void)
{
    return xcalloc(1, 1);
}

void loop_free(struct loop *loop)
{
    free(loop);
}

void loop_run(struct loop *loop)
{
    (void)loop;
    fake_turn();
}

void loop_end(struct loop *loop)
{
    (void)loop;
    ended = true;
}

bool fake_loop_ended(void)
{
    return ended;
}

void loop_later(struct loop *loop, loop_fn *fn, void *arg)
{
    struct call *c = xmalloc(sizeof *c);

    (void)loop;
    c->fn = fn;
    c->arg = arg;
    STAILQ_INSERT_TAIL(&calls, c, link);
}

void loop_set_guard(struct loop *loop, const struct loop_guard *is)
{
    (void)loop;
    guard = is != NULL ? *is : (struct loop_guard){ 0 };
}

void fake_callback_over(void)
{
    if (guard.next != NULL)
        guard.next(guard.arg);
}

void fake_turn(void)
{
    while (!STAILQ_EMPTY(&calls)) {
        struct call *c = STAILQ_FIRST(&calls);
        struct call copy = *c;

        STAILQ_REMOVE_HEAD(&calls, link);
        free(c);
        copy.fn(copy.arg);
        fake_callback_over();
    }
}

struct timer *timer_start(struct loop *loop, msec delay, loop_fn *fn, void *arg)
{
    struct timer *t = xmalloc(sizeof *t), *after;

    (void)loop;
    assert(delay >= 0);
    t->at = clock_now() + delay;
    t->fn = fn;
    t->arg = arg;
    TAILQ_FOREACH_REVERSE(after, &timers, timer_list, link)
    {
        if (after->at <= t->at)
            break;
    }
    if (after != NULL)
        TAILQ_INSERT_AFTER(&timers, after, t, link);
    else
        TAILQ_INSERT_HEAD(&timers, t, link);
    return t;
}

void timer_stop(struct timer **t)
{
    if (*t == NULL)
        return;
    TAILQ_REMOVE(&timers, *t, link);
    free(*t);
    *t = NULL;
}

msec timer_due(const struct timer *t)
{
    return t != NULL ? t->at : 0;
}

void fake_clock_advance(msec time)
{
    msec until = clock_now() + time;
    struct timer *t;

    fake_turn();
    while ((t = TAILQ_FIRST(&timers)) != NULL && t->at <= until) {
        struct timer copy = *t;

        TAILQ_REMOVE(&timers, t, link);
        free(t);
        fake_clock_set(copy.at > clock_now() ? copy.at : clock_now());
        copy.fn(copy.arg);
        fake_callback_over();
        fake_turn();
    }
    fake_clock_set(until);
}

size_t fake_timers(void)
{
    struct timer *t;
    size_t n = 0;

    TAILQ_FOREACH(t, &timers, link)
    {
        n++;
    }
    return n;
}

msec fake_next_timer(void)
{
    struct timer *t = TAILQ_FIRST(&timers);

    return t != NULL ? t->at - clock_now() : -1;
}

void fake_loop_reset(void)
{
    struct timer *t;

    while ((t = TAILQ_FIRST(&timers)) != NULL) {
        TAILQ_REMOVE(&timers, t, link);
        free(t);
    }
    while (!STAILQ_EMPTY(&calls)) {
        struct call *c = STAILQ_FIRST(&calls);

        STAILQ_REMOVE_HEAD(&calls, link);
        free(c);
    }
    ended = false;
    guard = (struct loop_guard){ 0 };
}

/* Descriptors stay silent here: streams are driven by stream_drain alone. */
struct watch *watch_start(struct loop *loop, int fd, int what, watch_fn *fn, void *arg)
{
    (void)loop;
    (void)fd;
    (void)what;
    (void)fn;
    (void)arg;
    return xcalloc(1, 1);
}

void watch_pause(struct watch *w)
{
    (void)w;
}

void watch_resume(struct watch *w)
{
    (void)w;
}

void watch_stop(struct watch **w)
{
    free(*w);
    *w = NULL;
}
