/* start, stop, restart: they move the wish of processes, and answer when each has got there or failed.
 *
 * Many processes are gone through in slices, so that the loop turns in between; with --rolling in batches, each of
 * which is over before the next begins. */
#include "command_life.h"
#include "base/pack.h"
#include "base/xalloc.h"
#include "os/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE = 20, DOUBT = 50 }; /* milliseconds */

static void life_free(struct life *l)
{
    bus_unlisten(&l->listener);
    timer_stop(&l->turn);
    timer_stop(&l->doubt);
    for (size_t i = 0; i < l->count; i++)
        free(l->errands[i].name);
    free(l->errands);
    free(l->by_id);
    free(l->caller);
    free(l);
}

static void on_cancel(struct reply *r, void *work)
{
    (void)r;
    life_free(work);
}

static void finish(struct life *l)
{
    struct reply *r = l->reply;

    supervisor_keep_wishes(l->supervisor);

    for (size_t i = 0; i < l->count; i++)
        reply_result(r, l->errands[i].name, l->errands[i].code, l->errands[i].message);
    life_free(l);
    reply_end(r);
}

static void done(struct life *l, struct errand *e, enum reply_code code, const char *message)
{
    if (e->begun && !e->done)
        l->open--;
    e->done = true;
    e->code = code;
    snprintf(e->message, sizeof e->message, "%s", message);
    l->failed = l->failed || code != REPLY_OK;
    reply_progressed(l->reply);
}

const char *command_last_reason(const struct process *p)
{
    return process_last_exit(p) != NULL ? process_last_exit(p)->reason : "it has ended";
}

static void go_on(void *arg);

/* Whoever waits for one that has failed may wait for ever. */
static void judge_waiting(struct life *l, struct errand *e, const struct process *p)
{
    struct buffer why = { 0 };

    if (!supervisor_is_in_vain(l->supervisor, p))
        return;
    buffer_add_text(&why, "it waits in vain for ");
    supervisor_waits_for(l->supervisor, p, &why);
    done(l, e, REPLY_FAILED, why.data);
    buffer_free(&why);
}

static void go_on_soon(struct life *l)
{
    if (l->open == 0 && l->turn == NULL && l->begun > 0)
        l->turn = timer_start(supervisor_loop(l->supervisor), 0, go_on, l);
}

/* Somebody they wait for may have failed meanwhile, or long ago. */
static void judge_all_waiting(struct life *l)
{
    for (size_t i = 0; i < l->begun; i++) {
        struct errand *e = &l->errands[i];
        const struct process *p = e->done ? NULL : supervisor_process(l->supervisor, e->id);

        if (p != NULL && process_state(p) == PROCESS_STARTING)
            judge_waiting(l, e, p);
    }
}

static void on_doubt(void *arg)
{
    struct life *l = arg;

    l->doubt = NULL;
    judge_all_waiting(l);
    go_on_soon(l);
}

/* What it waits for is perhaps just being started. */
static void doubt(struct life *l)
{
    if (l->doubt == NULL)
        l->doubt = timer_start(supervisor_loop(l->supervisor), DOUBT, on_doubt, l);
}

/* What a state means for somebody who waits for RUNNING. */
static void judge_up(struct life *l, struct errand *e, const struct process *p, int state)
{
    const struct process_exit *exit = process_last_exit(p);

    switch (state) {
    case PROCESS_RUNNING:
        done(l, e, REPLY_OK, e->anew ? "restarted" : "started");
        break;
    case PROCESS_EXITED:
        if (exit != NULL && exit->expected)
            done(l, e, REPLY_OK, "started, and has done its work");
        else
            done(l, e, REPLY_FAILED, command_last_reason(p));
        break;
    case PROCESS_FATAL:
        done(l, e, REPLY_FAILED, command_last_reason(p));
        break;
    case PROCESS_STOPPED:
        if (!process_wanted(p))
            done(l, e, REPLY_FAILED, "stopped meanwhile");
        break;
    case PROCESS_STARTING:
        doubt(l);
        break;
    case PROCESS_BACKOFF: /* a oneshot that has run is never given up: nobody would get an answer */
        if (process_program(p)->common->oneshot && exit != NULL && exit->pid != 0)
            done(l, e, REPLY_FAILED, exit->reason);
        break;
    default:
        break;
    }
}

static void judge(struct life *l, struct errand *e, const struct process *p, int state)
{
    if (l->goal != GOAL_DOWN)
        judge_up(l, e, p, state);
    else if (state == PROCESS_STOPPED)
        done(l, e, REPLY_OK, "stopped");
}

static bool is_there_already(const struct life *l, const struct process *p)
{
    return (l->goal == GOAL_UP && process_state(p) == PROCESS_RUNNING) ||
           (l->goal == GOAL_DOWN && process_state(p) == PROCESS_STOPPED && !process_wanted(p));
}

static void move_wish(struct life *l, struct errand *e, struct process *p)
{
    switch (l->goal) {
    case GOAL_UP:
        process_start(p);
        break;
    case GOAL_DOWN:
        process_stop(p);
        break;
    case GOAL_AGAIN:
        e->anew = process_is_alive(p);
        process_restart(p);
        break;
    }
    process_keep_wish(p);
}

/* Also of one that is there already: whoever moves wishes for somebody else has to know what a user wants. */
static void tell_wish(const struct life *l, struct process *p)
{
    bus_publish(supervisor_bus(l->supervisor),
                &(struct event){ .kind = EVENT_WISH, .process = p, .ok = l->goal != GOAL_DOWN, .text = l->caller });
}

static void begin(struct life *l, struct errand *e)
{
    static const char *const going[] = { "starting", "stopping", "restarting" };
    struct process *p = supervisor_process(l->supervisor, e->id);
    const char *why;

    if (p != NULL)
        tell_wish(l, p);
    if (p == NULL) {
        done(l, e, REPLY_NO_SUCH_TARGET, "gone meanwhile");
    } else if (is_there_already(l, p)) {
        process_keep_wish(p);
        done(l, e, REPLY_OK, l->goal == GOAL_UP ? "already running" : "already stopped");
    } else if (l->goal != GOAL_DOWN && (why = supervisor_forbids_start(l->supervisor, p)) != NULL) {
        done(l, e, REPLY_FAILED, why);
    } else {
        e->begun = true;
        l->open++;
        move_wish(l, e, p);
        if (l->no_wait)
            done(l, e, REPLY_OK, going[l->goal]);
        else if (process_state(p) == PROCESS_STOPPED || process_state(p) == PROCESS_RUNNING ||
                 process_state(p) == PROCESS_STARTING)
            judge(l, e, p, (int)process_state(p));
    }
}

/* --rolling: the rest is left as it is. */
static void skip_rest(struct life *l)
{
    for (; l->begun < l->count; l->begun++)
        done(l, &l->errands[l->begun], REPLY_FAILED, "not restarted, for another one failed");
}

static void go_on(void *arg)
{
    struct life *l = arg;
    msec until = clock_now() + SLICE;
    size_t begun = 0;

    l->turn = NULL;
    if (l->batch > 0 && l->failed && l->open == 0)
        skip_rest(l);
    while (l->begun < l->count && (l->batch == 0 || begun < l->batch)) {
        begin(l, &l->errands[l->begun++]);
        begun++;
        if (l->batch == 0 && clock_now() >= until)
            break;
    }
    reply_progressed(l->reply);
    if (l->begun == l->count && l->open == 0)
        finish(l);
    else if (l->batch == 0 ? l->begun < l->count : l->open == 0)
        l->turn = timer_start(supervisor_loop(l->supervisor), 0, go_on, l);
}

static int by_id(const void *a, const void *b)
{
    const struct errand *const *p = a, *const *q = b;

    return (*p)->id < (*q)->id ? -1 : (*p)->id > (*q)->id;
}

static struct errand *find(struct life *l, unsigned id)
{
    struct errand wanted = { .id = id }, *key = &wanted;
    struct errand **found = bsearch(&key, l->by_id, l->count, sizeof *l->by_id, by_id);

    return found != NULL ? *found : NULL;
}

static void on_event(const struct event *event, void *arg)
{
    struct life *l = arg;
    struct errand *e;

    if (event->kind != EVENT_STATE || event->process == NULL)
        return;
    if (l->goal != GOAL_DOWN && (event->state == PROCESS_FATAL || event->state == PROCESS_EXITED))
        judge_all_waiting(l);
    e = find(l, process_id(event->process));
    if (e != NULL && e->begun && !e->done)
        judge(l, e, event->process, event->state);
    go_on_soon(l); /* not from within the delivery of an event: what follows may end us */
}

static void set_out(struct life *l)
{
    l->by_id = xcalloc(l->count + 1, sizeof *l->by_id);
    for (size_t i = 0; i < l->count; i++)
        l->by_id[i] = &l->errands[i];
    qsort(l->by_id, l->count, sizeof *l->by_id, by_id);
    if (!l->no_wait)
        l->listener = bus_listen(supervisor_bus(l->supervisor), on_event, l);
    reply_later(l->reply, on_cancel, l);
    reply_outlives(l->reply, life_pack);
}

static void add_errands(struct life *l, const struct targets *t)
{
    l->count = t->count;
    l->errands = xcalloc(t->count + 1, sizeof *l->errands);
    for (size_t i = 0; i < t->count; i++) {
        l->errands[i].id = process_id(t->process[i]);
        l->errands[i].name = xstrdup(process_name(t->process[i]));
    }
}

static bool read_batch(const struct request *q, size_t *batch, struct reply *r)
{
    if (!request_number(q, "--rolling", 1, batch, r))
        return false;
    if (request_has_flag(q, "--no-wait")) {
        reply_fail(r, REPLY_USAGE, "%s: --rolling waits for each batch, which --no-wait would not: keep one", q->verb);
        return false;
    }
    if (*batch == 0)
        reply_fail(r, REPLY_USAGE, "%s: --rolling goes at least 1 process at a time", q->verb);
    return *batch > 0;
}

static void run(const struct request *q, struct reply *r, enum goal goal)
{
    struct targets t;
    struct life *l;
    size_t batch = 0;

    if (request_has_flag(q, "--rolling") && !read_batch(q, &batch, r)) {
        reply_end(r);
        return;
    }
    targets_find_some(q, 0, REPLY_OK, r, &t);
    l = xcalloc(1, sizeof *l);
    *l = (struct life){ .supervisor = q->supervisor,
                        .reply = r,
                        .goal = goal,
                        .caller = xstrdup(q->caller),
                        .no_wait = request_has_flag(q, "--no-wait"),
                        .batch = batch };
    add_errands(l, &t);
    targets_free(&t);
    set_out(l);
    go_on(l);
}

/* ---- in a next life ------------------------------------------------------------------------------ */

/* What came to its end while nobody listened is judged now. */
static void judge_begun(struct life *l)
{
    for (size_t i = 0; i < l->begun; i++) {
        struct errand *e = &l->errands[i];
        const struct process *p = supervisor_process(l->supervisor, e->id);

        if (e->done)
            continue;
        l->open++;
        e->begun = true;
        if (p == NULL)
            done(l, e, REPLY_NO_SUCH_TARGET, "gone meanwhile");
        else
            judge(l, e, p, (int)process_state(p));
    }
}

static void resume(const struct request *q, struct reply *r, enum goal goal)
{
    struct unpack u;
    struct life *l;

    if (q->work == NULL || !unpack_begin(&u, q->work, q->work_length)) {
        reply_fail(r, REPLY_FAILED, "reeve began anew while it did this, after %s", q->resumed);
        reply_end(r);
        return;
    }
    l = xcalloc(1, sizeof *l);
    *l = (struct life){ .supervisor = q->supervisor, .reply = r, .goal = goal, .caller = xstrdup(q->caller) };
    life_unpack(l, &u);
    set_out(l);
    judge_begun(l);
    if (l->turn == NULL && l->open == 0)
        l->turn = timer_start(supervisor_loop(l->supervisor), 0, go_on, l);
}

void command_start_resume(const struct request *q, struct reply *r)
{
    resume(q, r, GOAL_UP);
}

void command_stop_resume(const struct request *q, struct reply *r)
{
    resume(q, r, GOAL_DOWN);
}

void command_restart_resume(const struct request *q, struct reply *r)
{
    resume(q, r, GOAL_AGAIN);
}

void command_start(const struct request *q, struct reply *r)
{
    run(q, r, GOAL_UP);
}

void command_stop(const struct request *q, struct reply *r)
{
    run(q, r, GOAL_DOWN);
}

void command_restart(const struct request *q, struct reply *r)
{
    run(q, r, GOAL_AGAIN);
}
