/* wait: until all processes of a target are in a state, at the same time. The target is looked up anew after every
 * event, so processes that come and go count too. */
#include "base/pack.h"
#include "base/xalloc.h"
#include "command_private.h"
#include "os/clock.h"

#include <stdlib.h>

struct patience {
    struct supervisor *supervisor;
    struct reply *reply;
    char *target;
    enum process_state state;
    struct listener *listener;
    struct timer *look; /* in the next turn: many events are looked at once */
    struct timer *limit;
};

static void patience_free(struct patience *w)
{
    bus_unlisten(&w->listener);
    timer_stop(&w->look);
    timer_stop(&w->limit);
    free(w->target);
    free(w);
}

static void on_cancel(struct reply *r, void *work)
{
    (void)r;
    patience_free(work);
}

static void finish(struct patience *w)
{
    struct reply *r = w->reply;

    patience_free(w);
    reply_end(r);
}

struct count {
    enum process_state state;
    size_t others;
    const struct process *one; /* of the others */
};

static void count(struct process *p, void *arg)
{
    struct count *c = arg;

    if (process_state(p) == c->state)
        return;
    c->others++;
    c->one = p;
}

/* Whether the wait is over; else `e` says for whom it waits. */
static bool is_over(struct patience *w, struct error *e)
{
    struct count c = { .state = w->state };
    bool known;
    size_t all = supervisor_each(w->supervisor, w->target, count, &c, &known);

    if (!known) {
        reply_fail(w->reply, REPLY_NO_SUCH_TARGET, "no such target: %s", w->target);
        return true;
    }
    if (all == 0)
        return failure(e, "%s has no processes", w->target);
    if (c.others > 0)
        return failure(e, "%s is %s", process_name(c.one), process_state_name(process_state(c.one)));
    reply_line(w->reply, "%s: %s", w->target, process_state_name(w->state));
    return true;
}

static void on_look(void *arg)
{
    struct patience *w = arg;

    w->look = NULL;
    if (is_over(w, NULL))
        finish(w);
}

static void on_event(const struct event *event, void *arg)
{
    struct patience *w = arg;
    bool matters = event->kind == EVENT_STATE || event->kind == EVENT_RELOAD || event->kind == EVENT_SCALE;

    if (matters && w->look == NULL)
        w->look = timer_start(supervisor_loop(w->supervisor), 0, on_look, w);
}

static void on_limit(void *arg)
{
    struct patience *w = arg;
    struct error e;

    w->limit = NULL;
    if (!is_over(w, &e))
        reply_fail(w->reply, REPLY_FAILED, "the time is over, and %s", e.text);
    finish(w);
}

static void pack(const void *work, struct buffer *out)
{
    const struct patience *w = work;

    pack_text(out, "target", w->target);
    pack_text(out, "state", process_state_name(w->state));
    pack_number(out, "limit", timer_due(w->limit));
}

/* `limit` -1: none. */
static void wait_for(struct patience *w, msec limit)
{
    w->listener = bus_listen(supervisor_bus(w->supervisor), on_event, w);
    if (limit >= 0)
        w->limit = timer_start(supervisor_loop(w->supervisor), limit, on_limit, w);
    reply_later(w->reply, on_cancel, w);
    reply_outlives(w->reply, pack);
}

static bool read_arguments(const struct request *q, enum process_state *state, msec *limit, struct error *e)
{
    *limit = -1;
    if (!process_state_parse(q->args[1], state))
        return failure(e, "there is no state '%.64s': STOPPED STARTING RUNNING BACKOFF STOPPING EXITED FATAL",
                       q->args[1]);
    return q->arg_count < 3 || duration_parse(q->args[2], limit, e);
}

void command_wait(const struct request *q, struct reply *r)
{
    enum process_state state;
    struct patience *w;
    struct error e;
    msec limit;

    if (!read_arguments(q, &state, &limit, &e)) {
        reply_fail(r, REPLY_USAGE, "wait: %s", e.text);
        reply_end(r);
        return;
    }
    w = xcalloc(1, sizeof *w);
    *w = (struct patience){ .supervisor = q->supervisor, .reply = r, .target = xstrdup(q->args[0]), .state = state };
    if (is_over(w, NULL)) {
        finish(w);
        return;
    }
    wait_for(w, limit);
}

void command_wait_resume(const struct request *q, struct reply *r)
{
    struct unpack u;
    struct patience *w;
    char *state;
    msec due;

    if (q->work == NULL || !unpack_begin(&u, q->work, q->work_length)) {
        command_wait(q, r);
        return;
    }
    w = xcalloc(1, sizeof *w);
    *w = (struct patience){ .supervisor = q->supervisor, .reply = r, .target = unpack_text(&u, "target") };
    state = unpack_text(&u, "state");
    due = unpack_number(&u, "limit");
    if (w->target == NULL || state == NULL || !process_state_parse(state, &w->state))
        reply_fail(r, REPLY_FAILED, "reeve began anew meanwhile, after %s", q->resumed);
    free(state);
    if (r->code != REPLY_OK || is_over(w, NULL))
        finish(w);
    else
        wait_for(w, due > 0 ? clock_left(due) : -1);
}
