/* Timers exist only while they are pending, watches carry their event inside: 160 bytes each. */
#include "os/loop.h"

#include "base/log.h"
#include "base/xalloc.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct later {
    loop_fn *fn;
    void *arg;
};

struct calls {
    struct later *call;
    size_t count, room;
};

/* Timers do not know their loop: of those that have a guard there is one. */
static struct {
    struct loop_guard is;
    bool turning;
} guard;

LIST_HEAD(watches, watch);

struct loop {
    struct event_base *base;
    bool ended;
    bool calling;         /* the calls of `running` are being made */
    bool said;            /* that the kernel has no memory for a watch */
    struct calls waiting; /* asked for and not begun */
    struct calls running;
    struct event turn;      /* brings the waiting calls */
    struct watches refused; /* those that the kernel had no memory for */
    struct event again;     /* tries these once more */
};

struct timer {
    struct event event;
    loop_fn *fn;
    void *arg;
};

struct watch {
    struct loop *loop;
    struct event event;
    watch_fn *fn;
    void *arg;
    bool refused;
    LIST_ENTRY(watch) link; /* while it is */
};

enum { REFUSED_RETRY = 100 };

static bool adding; /* a watch: what libevent says of it we say ourselves */

static void on_libevent_says(int severity, const char *message)
{
    if (adding)
        return;
    log_at(severity >= EVENT_LOG_WARN ? LOG_WARNING : LOG_DEBUG, "event loop: %s", message);
}

static void on_libevent_dies(int code)
{
    log_error("event loop: cannot go on (%d)", code);
    abort();
}

/* The kernel's clock is asked for each timer: one that was started at the end of a long callback would
 * else be as much too early as the callback took. */
static struct event_base *new_base(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base;

    event_config_require_features(config, EV_FEATURE_O1);
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_PRECISE_TIMER | EVENT_BASE_FLAG_IGNORE_ENV |
                                      EVENT_BASE_FLAG_NO_CACHE_TIME);
    base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

void loop_set_guard(struct loop *loop, const struct loop_guard *is)
{
    (void)loop;
    guard.is = is != NULL ? *is : (struct loop_guard){ 0 };
}

static void before_callback(void)
{
    if (guard.turning || guard.is.begin == NULL)
        return;
    guard.turning = true;
    guard.is.begin(guard.is.arg);
}

static void after_callback(void)
{
    if (guard.is.next != NULL)
        guard.is.next(guard.is.arg);
}

static void after_turn(void)
{
    if (guard.turning && guard.is.end != NULL)
        guard.is.end(guard.is.arg);
    guard.turning = false;
}

static void on_turn(evutil_socket_t fd, short what, void *arg);
static void on_again(evutil_socket_t fd, short what, void *arg);

struct loop *loop_new(void)
{
    struct loop *loop = xcalloc(1, sizeof *loop);

    event_set_mem_functions(xmalloc, xrealloc, free);
    event_set_log_callback(on_libevent_says);
    event_set_fatal_callback(on_libevent_dies);
    loop->base = new_base();
    if (loop->base == NULL) {
        log_error("event loop: no epoll: %s", strerror(errno));
        abort();
    }
    evtimer_assign(&loop->turn, loop->base, on_turn, loop);
    evtimer_assign(&loop->again, loop->base, on_again, loop);
    return loop;
}

static void make_calls(struct loop *loop)
{
    struct calls all = loop->waiting;
    size_t i;

    loop->waiting = loop->running;
    loop->running = all;
    loop->calling = true;
    for (i = 0; i < all.count; i++) {
        before_callback();
        all.call[i].fn(all.call[i].arg);
        after_callback();
    }
    loop->calling = false;
    loop->running.count = 0;
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    make_calls(arg);
}

void loop_free(struct loop *loop)
{
    if (loop == NULL)
        return;
    while (loop->waiting.count > 0)
        make_calls(loop);
    event_del(&loop->turn);
    event_del(&loop->again);
    event_base_free(loop->base);
    free(loop->waiting.call);
    free(loop->running.call);
    free(loop);
}

void loop_run(struct loop *loop)
{
    while (!loop->ended) {
        event_base_loop(loop->base, EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY);
        after_turn();
    }
    loop->ended = false;
}

void loop_end(struct loop *loop)
{
    loop->ended = true;
    event_base_loopbreak(loop->base);
}

/* A call that asks for another one lets descriptors and timers have their turn first. */
static void ask_for_turn(struct loop *loop)
{
    static const struct timeval at_once;

    if (loop->calling)
        event_add(&loop->turn, &at_once);
    else
        event_active(&loop->turn, EV_TIMEOUT, 0);
}

void loop_later(struct loop *loop, loop_fn *fn, void *arg)
{
    struct calls *all = &loop->waiting;

    if (all->count == all->room) {
        all->room = all->room == 0 ? 16 : 2 * all->room;
        all->call = xrealloc(all->call, all->room * sizeof *all->call);
    }
    all->call[all->count++] = (struct later){ fn, arg };
    if (all->count == 1)
        ask_for_turn(loop);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct timer *t = arg;
    loop_fn *fn = t->fn;
    void *fn_arg = t->arg;

    (void)fd;
    (void)what;
    free(t);
    before_callback();
    fn(fn_arg);
    after_callback();
}

struct timer *timer_start(struct loop *loop, msec delay, loop_fn *fn, void *arg)
{
    struct timer *t = xmalloc(sizeof *t);
    msec wait = delay > 0 ? delay : 0;
    struct timeval end = { .tv_sec = wait / 1000, .tv_usec = wait % 1000 * 1000 };

    t->fn = fn;
    t->arg = arg;
    evtimer_assign(&t->event, loop->base, on_timer, t);
    evtimer_add(&t->event, &end);
    return t;
}

void timer_stop(struct timer **t)
{
    if (*t == NULL)
        return;
    evtimer_del(&(*t)->event);
    free(*t);
    *t = NULL;
}

msec timer_due(const struct timer *t)
{
    return t != NULL ? (msec)t->event.ev_timeout.tv_sec * 1000 + t->event.ev_timeout.tv_usec / 1000 : 0;
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
    const struct watch *w = arg;

    before_callback();
    w->fn(fd, (what & EV_READ ? WATCH_READ : 0) | (what & EV_WRITE ? WATCH_WRITE : 0), w->arg);
    after_callback();
}

struct watch *watch_start(struct loop *loop, int fd, int what, watch_fn *fn, void *arg)
{
    struct watch *w = xmalloc(sizeof *w);
    short events = EV_PERSIST;

    assert(fd >= 0 && what != 0);
    if (what & WATCH_READ)
        events |= EV_READ;
    if (what & WATCH_WRITE)
        events |= EV_WRITE;
    w->loop = loop;
    w->fn = fn;
    w->arg = arg;
    w->refused = false;
    event_assign(&w->event, loop->base, fd, events, on_ready, w);
    watch_resume(w);
    return w;
}

static void try_later(struct watch *w)
{
    static const struct timeval wait = { .tv_usec = REFUSED_RETRY * 1000 };

    if (!w->loop->said)
        log_warning("cannot watch descriptor %d: %m; trying again until it can be", event_get_fd(&w->event));
    w->loop->said = true;
    w->refused = true;
    LIST_INSERT_HEAD(&w->loop->refused, w, link);
    evtimer_add(&w->loop->again, &wait);
}

static void forget_refusal(struct watch *w)
{
    if (w->refused)
        LIST_REMOVE(w, link);
    w->refused = false;
}

/* Each is refused again, or not any more. */
static void on_again(evutil_socket_t fd, short what, void *arg)
{
    struct loop *loop = arg;
    struct watches all = loop->refused;
    struct watch *w;

    (void)fd;
    (void)what;
    LIST_INIT(&loop->refused);
    if (!LIST_EMPTY(&all))
        LIST_FIRST(&all)->link.le_prev = &LIST_FIRST(&all);
    while ((w = LIST_FIRST(&all)) != NULL) {
        forget_refusal(w);
        watch_resume(w);
    }
    loop->said = !LIST_EMPTY(&loop->refused);
}

void watch_pause(struct watch *w)
{
    forget_refusal(w);
    event_del(&w->event);
}

/* Without memory there will be some; what cannot be watched at all will never be. */
void watch_resume(struct watch *w)
{
    int result;

    if (w->refused)
        return;
    adding = true;
    result = event_add(&w->event, NULL);
    adding = false;
    if (result < 0 && (errno == ENOMEM || errno == ENOSPC))
        try_later(w);
    else if (result < 0)
        log_warning("cannot watch descriptor %d: %m", event_get_fd(&w->event));
}

void watch_stop(struct watch **w)
{
    if (*w == NULL)
        return;
    forget_refusal(*w);
    event_del(&(*w)->event);
    free(*w);
    *w = NULL;
}
