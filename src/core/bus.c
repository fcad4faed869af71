#include "core/bus.h"

#include "base/xalloc.h"
#include "core/process.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct queued {
    STAILQ_ENTRY(queued) link;
    unsigned long number;
    struct event event;
    struct process_exit exit;
    char text[];
};

struct listener {
    TAILQ_ENTRY(listener) link;
    struct bus *bus;
    bus_fn *fn; /* NULL: stopped while events are being delivered */
    void *arg;
    unsigned long first; /* number of the first event it hears */
};

struct bus {
    struct loop *loop;
    STAILQ_HEAD(, queued) queue;
    TAILQ_HEAD(, listener) listeners;
    unsigned long next; /* number of the next event */
    bool delivering, scheduled, freed;
};

struct bus *bus_new(struct loop *loop)
{
    struct bus *bus = xcalloc(1, sizeof *bus);

    bus->loop = loop;
    STAILQ_INIT(&bus->queue);
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

static void drop_queue(struct bus *bus)
{
    while (!STAILQ_EMPTY(&bus->queue)) {
        struct queued *q = STAILQ_FIRST(&bus->queue);

        STAILQ_REMOVE_HEAD(&bus->queue, link);
        free(q);
    }
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

static void tell_all(struct bus *bus, const struct queued *q)
{
    struct listener *l;

    TAILQ_FOREACH(l, &bus->listeners, link)
    {
        if (l->fn != NULL && l->first <= q->number)
            l->fn(&q->event, l->arg);
    }
}

static void deliver(void *arg)
{
    struct bus *bus = arg;

    bus->scheduled = false;
    bus->delivering = true;
    while (!bus->freed && !STAILQ_EMPTY(&bus->queue)) {
        struct queued *q = STAILQ_FIRST(&bus->queue);

        STAILQ_REMOVE_HEAD(&bus->queue, link);
        tell_all(bus, q);
        free(q);
    }
    bus->delivering = false;
    forget_stopped(bus);
    if (bus->freed)
        destroy(bus);
}

void bus_publish(struct bus *bus, const struct event *event)
{
    size_t text = event->text != NULL ? strlen(event->text) + 1 : 0;
    struct queued *q;

    if (TAILQ_EMPTY(&bus->listeners))
        return;
    q = xmalloc(sizeof *q + text);
    q->number = bus->next++;
    q->event = *event;
    if (event->exit != NULL) {
        q->exit = *event->exit;
        q->event.exit = &q->exit;
    }
    if (text > 0)
        q->event.text = memcpy(q->text, event->text, text);
    STAILQ_INSERT_TAIL(&bus->queue, q, link);
    if (!bus->scheduled && !bus->delivering) {
        bus->scheduled = true;
        loop_later(bus->loop, deliver, bus);
    }
}

bool bus_is_empty(const struct bus *bus)
{
    return STAILQ_EMPTY(&bus->queue);
}

struct listener *bus_listen(struct bus *bus, bus_fn *fn, void *arg)
{
    struct listener *l = xcalloc(1, sizeof *l);

    l->bus = bus;
    l->fn = fn;
    l->arg = arg;
    l->first = bus->next;
    TAILQ_INSERT_TAIL(&bus->listeners, l, link);
    return l;
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
        [EVENT_SCALE] = "scale",     [EVENT_SHUTDOWN] = "shutdown",
    };

    assert(kind < EVENT_KINDS);
    return names[kind];
}
