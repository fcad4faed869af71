/* reload --wait: until nothing starts or stops any more, and whomever the reload has set going is RUNNING, has done its
 * work, or has failed, which is the failure of the reload. */
#include "base/pack.h"
#include "base/xalloc.h"
#include "command_private.h"
#include "core/bus.h"
#include "core/plan.h"

#include <stdlib.h>

enum { LOOK_EVERY = 20 };

/* A process that the reload has set going. */
struct charge {
    unsigned id;
    bool done; /* it was RUNNING, whatever came then; or nobody wants it any more */
};

struct settling {
    struct supervisor *supervisor;
    struct reply *reply;
    struct charge *charges; /* by id */
    size_t count;
    struct listener *listener;
    struct timer *look;
};

static void settling_free(struct settling *w)
{
    bus_unlisten(&w->listener);
    timer_stop(&w->look);
    free(w->charges);
    free(w);
}

static void on_cancel(struct reply *r, void *work)
{
    (void)r;
    settling_free(work);
}

static int by_id(const void *a, const void *b)
{
    const struct charge *p = a, *q = b;

    return p->id < q->id ? -1 : p->id > q->id;
}

static void on_event(const struct event *event, void *arg)
{
    struct settling *w = arg;
    struct charge key, *c;

    if (event->kind != EVENT_STATE || event->process == NULL || event->state != PROCESS_RUNNING || w->count == 0)
        return;
    key.id = process_id(event->process);
    c = bsearch(&key, w->charges, w->count, sizeof *w->charges, by_id);
    if (c == NULL || c->done)
        return;
    c->done = true;
    reply_progressed(w->reply);
}

/* NULL: it may be RUNNING yet, or has done its work. The words are in `why`, or the process's own. */
static const char *failure_of(struct supervisor *s, const struct process *p, struct buffer *why)
{
    const struct process_exit *exit = process_last_exit(p);

    switch (process_state(p)) {
    case PROCESS_FATAL:
        return command_last_reason(p);
    case PROCESS_EXITED:
        return exit != NULL && exit->expected ? NULL : command_last_reason(p);
    case PROCESS_STARTING:
        if (!supervisor_is_in_vain(s, p))
            return NULL;
        buffer_add_text(why, "it waits in vain for ");
        supervisor_waits_for(s, p, why);
        return why->data;
    default:
        return NULL;
    }
}

/* Nobody has to hear of it: it was RUNNING, or a user came in between. What has EXITED is not wanted any more either.
 */
static bool is_done(const struct process *p)
{
    return p == NULL || process_state(p) == PROCESS_RUNNING ||
           (!process_wanted(p) && process_state(p) != PROCESS_EXITED);
}

static bool is_settled(struct settling *w)
{
    for (size_t i = 0; i < w->count; i++) {
        struct charge *c = &w->charges[i];
        const struct process *p = c->done ? NULL : supervisor_process(w->supervisor, c->id);

        c->done = is_done(p);
        if (!c->done && process_state(p) == PROCESS_BACKOFF)
            return false;
    }
    return supervisor_is_settled(w->supervisor);
}

static void say_failures(struct settling *w)
{
    struct buffer why = { 0 };

    for (size_t i = 0; i < w->count; i++) {
        const struct process *p = w->charges[i].done ? NULL : supervisor_process(w->supervisor, w->charges[i].id);
        const char *failure = p != NULL ? failure_of(w->supervisor, p, &why) : NULL;

        if (failure != NULL)
            reply_result(w->reply, process_name(p), REPLY_FAILED, failure);
        buffer_clear(&why);
    }
    buffer_free(&why);
}

static void on_look(void *arg)
{
    struct settling *w = arg;
    struct reply *r = w->reply;

    if (!is_settled(w)) {
        w->look = timer_start(supervisor_loop(w->supervisor), LOOK_EVERY, on_look, w);
        return;
    }
    w->look = NULL;
    say_failures(w);
    settling_free(w);
    reply_end(r);
}

static void pack(const void *work, struct buffer *out)
{
    const struct settling *w = work;

    for (size_t i = 0; i < w->count; i++)
        if (!w->charges[i].done)
            pack_number(out, "id", w->charges[i].id);
}

static struct settling *settling_new(struct supervisor *s, struct reply *r)
{
    struct settling *w = xcalloc(1, sizeof *w);

    *w = (struct settling){ .supervisor = s, .reply = r };
    return w;
}

static void add_charge(struct settling *w, unsigned id)
{
    if ((w->count & (w->count - 1)) == 0)
        w->charges = xrealloc(w->charges, (w->count > 0 ? 2 * w->count : 1) * sizeof *w->charges);
    w->charges[w->count++] = (struct charge){ .id = id };
}

static void set_out(struct settling *w)
{
    if (w->count > 0)
        qsort(w->charges, w->count, sizeof *w->charges, by_id);
    w->listener = bus_listen(supervisor_bus(w->supervisor), on_event, w);
    reply_later(w->reply, on_cancel, w);
    reply_outlives(w->reply, pack);
    on_look(w);
}

static void add_wanted(struct process *p, void *settling)
{
    if (process_wanted(p) && process_state(p) != PROCESS_RUNNING)
        add_charge(settling, process_id(p));
}

/* Who is not restarted and waits for a retry does so as before. */
static void add_wanted_but_retries(struct process *p, void *settling)
{
    if (process_state(p) != PROCESS_BACKOFF)
        add_wanted(p, settling);
}

void settling_begin(struct supervisor *s, const struct plan_comparison *c, struct reply *r)
{
    struct settling *w = settling_new(s, r);
    bool known;

    for (size_t i = 0; i < c->count; i++) {
        const struct plan_difference *d = &c->difference[i];

        if (d->change == PLAN_ADDED || d->restart || d->outdated)
            supervisor_each(s, d->name, add_wanted, w, &known);
        else if (d->change == PLAN_CHANGED)
            supervisor_each(s, d->name, add_wanted_but_retries, w, &known);
    }
    set_out(w);
}

void settling_resume(struct supervisor *s, const char *work, size_t length, struct reply *r)
{
    struct settling *w = settling_new(s, r);
    struct unpack u;
    const char *id;

    if (work != NULL && unpack_begin(&u, work, length))
        while ((id = unpack_next(&u, "id", &length)) != NULL)
            add_charge(w, (unsigned)unpack_value(id, length));
    set_out(w);
}
