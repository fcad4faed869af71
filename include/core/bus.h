/* bus: tells what happened to whoever listens. Events go up this way, after the fact: they are delivered in
 * order, once the callback that published them has returned, so no listener holds supervision up or sees it half done.
 */
#ifndef CORE_BUS_H
#define CORE_BUS_H

#include "base/duration.h"
#include "os/loop.h"

#include <stdbool.h>

struct process;
struct program;
struct process_exit;

enum event_kind {
    EVENT_START,   /* a child runs */
    EVENT_READY,   /* STARTING became RUNNING */
    EVENT_EXIT,    /* a child ended, or could not be started; `exit` says how */
    EVENT_RESTART, /* an automatic restart begins */
    EVENT_BACKOFF, /* waits before a restart */
    EVENT_FATAL,   /* given up; `exit` is the last end */
    EVENT_STOP,    /* STOPPED by wish */
    EVENT_STATE,   /* any change of state, after the events above */
    EVENT_HEALTH,  /* a health check; `ok`, and `text` says why not */
    EVENT_GONE,    /* the process is no longer kept: removed or scaled away */
    EVENT_RELOAD,
    EVENT_RELOAD_FAILED,
    EVENT_SCALE,
    EVENT_SHUTDOWN, /* `text` says more */
    EVENT_WISH,     /* a verb wants the process up (`ok`) or down; `text` says who gave it */
    EVENT_QUIET,    /* reeve began anew too often: hooks are off; `text` says why */
    EVENT_REFRESH,  /* what comes from outside is to be asked for again */
    EVENT_KINDS
};

/* What is true when it happened. The process may have moved on when a listener hears of it, but it is still there. */
struct event {
    enum event_kind kind;
    struct process *process;         /* NULL for the supervisor's own events */
    struct program *program;         /* of the process; or whom else it is about; or NULL */
    int state;                       /* of the process: enum process_state */
    const struct process_exit *exit; /* of EXIT and FATAL, and of STOP if it ran */
    bool ok;                         /* of HEALTH and WISH */
    const char *text;                /* of EXIT and FATAL: the verdict; of RELOAD …: a line for people; or NULL */
    msec at;                         /* wall clock: when it was published */
};

typedef void bus_fn(const struct event *event, void *arg);

struct bus;
struct listener;

struct bus *bus_new(struct loop *loop);
void bus_free(struct bus *bus);

/* Copies the event and its text, and holds its exit: by the time when it is told, that has its reason. The time, and
 * the program and the state of its process, are filled in here. */
void bus_publish(struct bus *bus, const struct event *event);

/* Whether all that was published has been told. */
bool bus_is_empty(const struct bus *bus);

/* Hear every event from the next one published on. May be called, and stopped, within a callback. */
struct listener *bus_listen(struct bus *bus, bus_fn *fn, void *arg);
void bus_unlisten(struct listener **l);

/* The same, told from within bus_publish: for who must know before anything else happens. It may only take notes,
 * and an end has no reason yet. */
struct listener *bus_listen_at_once(struct bus *bus, bus_fn *fn, void *arg);

/* "start" "ready" …: the words that hooks use. */
const char *event_name(enum event_kind kind);

#endif
