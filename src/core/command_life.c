/* start, stop, restart, and the restarts of reload --rolling: they move the wish of processes, and answer when each has
 * got there or failed.
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

/* Removed, or scaled away. That is nobody's failure: a roll goes on. */
static void gone(struct life *l, struct errand *e)
{
    done(l, e, l->batch > 0 ? REPLY_OK : REPLY_NO_SUCH_TARGET, "gone meanwhile");
}

static bool is_there_already(const struct life *l, const struct process *p)
{
    return (l->goal == GOAL_UP && process_state(p) == PROCESS_RUNNING) ||
           (l->goal == GOAL_DOWN && process_state(p) == PROCESS_STOPPED && !process_wanted(p));
}

/* A roll comes to the later ones after a while: who was stopped by then stays so, and what is the rest of a reload does
 * not start whose work is done. */
static bool is_left_alone(const struct life *l, const struct errand *e, const struct process *p)
{
    bool is_stopped = e->wanted && process_state(p) != PROCESS_EXITED;

    return !process_wanted(p) && (l->goal == GOAL_CAUGHT_UP || (l->goal == GOAL_AGAIN && is_stopped));
}

/* The rest of a reload is not. */
static bool is_wish(const struct life *l)
{
    return l->goal != GOAL_CAUGHT_UP;
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
    case GOAL_CAUGHT_UP:
        e->anew = true;
        if (process_is_behind(p)) /* else somebody else has done it */
            process_restart(p);
        break;
    }
    if (is_wish(l))
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

    if (p == NULL) {
        gone(l, e);
        return;
    }
    if (is_left_alone(l, e, p)) {
        done(l, e, REPLY_OK, process_state(p) == PROCESS_EXITED ? "ended meanwhile" : "stopped meanwhile");
        return;
    }
    if (is_wish(l))
        tell_wish(l, p);
    if (is_there_already(l, p)) {
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
                 process_state(p) == PROCESS_STARTING || l->goal == GOAL_CAUGHT_UP)
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

static void heard(struct life *l, struct errand *e, const struct event *event)
{
    if (event->kind == EVENT_STATE)
        judge(l, e, event->process, event->state);
    else if (l->batch > 0)
        gone(l, e);
}

static void on_event(const struct event *event, void *arg)
{
    struct life *l = arg;
    struct errand *e;

    if ((event->kind != EVENT_STATE && event->kind != EVENT_GONE) || event->process == NULL)
        return;
    if (l->goal != GOAL_DOWN && event->kind == EVENT_STATE &&
        (event->state == PROCESS_FATAL || event->state == PROCESS_EXITED))
        judge_all_waiting(l);
    e = find(l, process_id(event->process));
    if (e != NULL && e->begun && !e->done)
        heard(l, e, event);
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

static void add_errand(struct process *p, void *life)
{
    struct life *l = life;

    if ((l->count & (l->count - 1)) == 0)
        l->errands = xrealloc(l->errands, (l->count > 0 ? 2 * l->count : 1) * sizeof *l->errands);
    l->errands[l->count++] =
        (struct errand){ .id = process_id(p), .name = xstrdup(process_name(p)), .wanted = process_wanted(p) };
}

bool command_read_batch(const struct request *q, const char *against, size_t *batch, struct reply *r)
{
    *batch = 0;
    if (!request_has_flag(q, "--rolling"))
        return true;
    if (!request_number(q, "--rolling", 1, batch, r))
        return false;
    if (request_has_flag(q, against)) {
        reply_fail(r, REPLY_USAGE, "%s: --rolling and %s exclude each other: keep one", q->verb, against);
        return false;
    }
    if (*batch == 0)
        reply_fail(r, REPLY_USAGE, "%s: --rolling goes at least 1 process at a time", q->verb);
    return *batch > 0;
}

static struct life *life_new(const struct request *q, struct reply *r, enum goal goal, size_t batch)
{
    struct life *l = xcalloc(1, sizeof *l);

    *l = (struct life){ .supervisor = q->supervisor,
                        .reply = r,
                        .goal = goal,
                        .caller = xstrdup(q->caller),
                        .no_wait = request_has_flag(q, "--no-wait"),
                        .batch = batch };
    return l;
}

static void run(const struct request *q, struct reply *r, enum goal goal)
{
    struct targets t;
    struct life *l;
    size_t batch;

    if (!command_read_batch(q, "--no-wait", &batch, r)) {
        reply_end(r);
        return;
    }
    targets_find_some(q, 0, REPLY_OK, r, &t);
    l = life_new(q, r, goal, batch);
    for (size_t i = 0; i < t.count; i++)
        add_errand(t.process[i], l);
    targets_free(&t);
    set_out(l);
    go_on(l);
}

static void add_behind(struct process *p, void *life)
{
    if (process_is_behind(p))
        add_errand(p, life);
}

void command_catch_up(const struct request *q, size_t batch, struct reply *r)
{
    struct life *l = life_new(q, r, GOAL_CAUGHT_UP, batch);
    bool known;

    supervisor_each(q->supervisor, "all", add_behind, l, &known);
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
            gone(l, e);
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
    l = life_new(q, r, goal, 0);
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

void command_catch_up_resume(const struct request *q, struct reply *r)
{
    resume(q, r, GOAL_CAUGHT_UP);
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
