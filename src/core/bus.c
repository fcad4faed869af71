#include "core/bus.h"

#include "base/xalloc.h"
#include "core/history.h"
#include "core/process.h"
#include "os/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/queue.h>

enum { QUEUE_KEPT = 8 }; /* what a restart publishes has its place; a queue of thousands is not needed again */

struct queued {
    struct event event; /* its end is held */
    char *text;         /* owned */
    unsigned long number;
};

struct listener {
    TAILQ_ENTRY(listener) link;
    struct bus *bus;
    bus_fn *fn; /* NULL: stopped while events are being delivered */
    void *arg;
    unsigned long first; /* number of the first event it hears */
    bool at_once;
};

struct bus {
    struct loop *loop;
    struct queued *queue; /* owned; one block, since a thousand small ones would leave holes all over the heap */
    size_t first, count, capacity;
    TAILQ_HEAD(, listener) listeners;
    unsigned long next; /* number of the next event */
    bool delivering, scheduled, freed;
};

struct bus *bus_new(struct loop *loop)
{
    struct bus *bus = xcalloc(1, sizeof *bus);

    bus->loop = loop;
    TAILQ_INIT(&bus->listeners);
    return bus;
}

static void forget_stopped(struct bus *bus)
{
    struct listener *l = TAILQ_FIRST(&bus->listeners);

    while (l != NULL) {
        struct listener *next = TAILQ_NEXT(l, link);

        if (l->fn == NULL) {
            TAILQ_REMOVE(&bus->listeners, l, link);
            free(l);
        }
        l = next;
    }
}

static bool take(struct bus *bus, struct queued *out)
{
    if (bus->first == bus->count)
        return false;
    *out = bus->queue[bus->first++];
    return true;
}

static void forget(const struct queued *q)
{
    if (q->event.exit != NULL)
        end_release(q->event.exit);
    free(q->text);
}

static void drop_queue(struct bus *bus)
{
    struct queued q;

    while (take(bus, &q))
        forget(&q);
    bus->first = bus->count = 0;
    if (bus->capacity <= QUEUE_KEPT && !bus->freed)
        return;
    free(bus->queue);
    bus->queue = NULL;
    bus->capacity = 0;
}

static void destroy(struct bus *bus)
{
    struct listener *l;

    TAILQ_FOREACH(l, &bus->listeners, link)
    {
        l->fn = NULL;
    }
    forget_stopped(bus);
    drop_queue(bus);
    free(bus);
}

/* The loop may still hold a call to deliver: then that call frees. */
void bus_free(struct bus *bus)
{
    if (bus == NULL)
        return;
    bus->freed = true;
    if (!bus->scheduled && !bus->delivering)
        destroy(bus);
}

static void tell_at_once(struct bus *bus, const struct event *event)
{
    struct listener *l;

    TAILQ_FOREACH(l, &bus->listeners, link)
    {
        if (l->at_once && l->fn != NULL)
            l->fn(event, l->arg);
    }
}

static void tell_all(struct bus *bus, const struct queued *q)
{
    struct listener *l;

    TAILQ_FOREACH(l, &bus->listeners, link)
    {
        if (l->fn != NULL && !l->at_once && l->first <= q->number)
            l->fn(&q->event, l->arg);
    }
}

static void deliver(void *arg)
{
    struct bus *bus = arg;
    struct queued q;

    bus->scheduled = false;
    bus->delivering = true;
    while (!bus->freed && take(bus, &q)) {
        q.event.text = q.text;
        tell_all(bus, &q);
        forget(&q);
    }
    bus->delivering = false;
    drop_queue(bus);
    forget_stopped(bus);
    if (bus->freed)
        destroy(bus);
}

static struct queued *new_place(struct bus *bus)
{
    if (bus->count == bus->capacity) {
        bus->capacity = bus->capacity > 0 ? bus->capacity * 2 : QUEUE_KEPT;
        bus->queue = xrealloc(bus->queue, bus->capacity * sizeof *bus->queue);
    }
    return &bus->queue[bus->count++];
}

static struct event filled_in(const struct event *event)
{
    struct event whole = *event;

    whole.at = clock_wall();
    if (whole.process != NULL) {
        whole.program = process_program(whole.process);
        whole.state = (int)process_state(whole.process);
    }
    return whole;
}

void bus_publish(struct bus *bus, const struct event *event)
{
    struct event whole;
    struct queued *q;

    if (TAILQ_EMPTY(&bus->listeners))
        return;
    whole = filled_in(event);
    tell_at_once(bus, &whole);
    q = new_place(bus);
    q->event = whole;
    if (event->exit != NULL)
        end_hold(event->exit);
    q->text = xstrdup(event->text);
    q->number = bus->next++;
    if (!bus->scheduled && !bus->delivering) {
        bus->scheduled = true;
        loop_later(bus->loop, deliver, bus);
    }
}

bool bus_is_empty(const struct bus *bus)
{
    return bus->first == bus->count;
}

static struct listener *add(struct bus *bus, bus_fn *fn, void *arg, bool at_once)
{
    struct listener *l = xcalloc(1, sizeof *l);

    l->bus = bus;
    l->fn = fn;
    l->arg = arg;
    l->first = bus->next;
    l->at_once = at_once;
    TAILQ_INSERT_TAIL(&bus->listeners, l, link);
    return l;
}

struct listener *bus_listen(struct bus *bus, bus_fn *fn, void *arg)
{
    return add(bus, fn, arg, false);
}

struct listener *bus_listen_at_once(struct bus *bus, bus_fn *fn, void *arg)
{
    return add(bus, fn, arg, true);
}

void bus_unlisten(struct listener **l)
{
    struct bus *bus;

    if (*l == NULL)
        return;
    bus = (*l)->bus;
    (*l)->fn = NULL;
    *l = NULL;
    if (!bus->delivering)
        forget_stopped(bus);
}

const char *event_name(enum event_kind kind)
{
    static const char *const names[EVENT_KINDS] = {
        [EVENT_START] = "start",     [EVENT_READY] = "ready",       [EVENT_EXIT] = "exit",
        [EVENT_RESTART] = "restart", [EVENT_BACKOFF] = "backoff",   [EVENT_FATAL] = "fatal",
        [EVENT_STOP] = "stop",       [EVENT_STATE] = "state",       [EVENT_HEALTH] = "health",
        [EVENT_GONE] = "gone",       [EVENT_RELOAD] = "reload",     [EVENT_RELOAD_FAILED] = "reload_failed",
        [EVENT_SCALE] = "scale",     [EVENT_SHUTDOWN] = "shutdown", [EVENT_WISH] = "wish",
        [EVENT_REFRESH] = "refresh", [EVENT_QUIET] = "quiet",
    };

    assert(kind < EVENT_KINDS);
    return names[kind];
}
