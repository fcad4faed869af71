/* The state machine of a process.
 *
 *              start             ready               stop              exit
 *   stopped ----------> starting ------> running ----------> stopping ------> stopped
 *      ^                    |  exit         |  exit              | timeout: KILL
 *      |                    v               v                    v
 *      |                 [ policy_decide: a verdict ]        (still stopping)
 *      |                    |        |         |
 *      |  nothing to do     v        v         v  too many
 *      +----------------- exited   backoff    fatal
 *                                    | timer, unless a new policy says otherwise
 *                                    +------> starting
 *
 * A process that others must come before, or stop before, is `held` in STARTING without a child, or in STOPPING without
 * a signal; the supervisor says when it may proceed. Then it passes its gate, if its program has a function for that.
 * What is ended though nobody wished so (it was not ready in time, its heartbeat stopped, it is not well) carries a
 * `blame` through STOPPING and then goes where an exit goes. */
#include "core/process.h"

#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "core/detached.h"
#include "core/side_command.h"
#include "keep.h"
#include "os/clock.h"
#include "process_private.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

static bool may_follow(enum process_state from, enum process_state to)
{
    static const unsigned char allowed[] = {
        [PROCESS_STOPPED] = 1 << PROCESS_STARTING,
        [PROCESS_STARTING] = 1 << PROCESS_RUNNING | 1 << PROCESS_BACKOFF | 1 << PROCESS_STOPPING | 1 << PROCESS_EXITED |
                             1 << PROCESS_FATAL | 1 << PROCESS_STARTING | 1 << PROCESS_STOPPED,
        [PROCESS_RUNNING] = 1 << PROCESS_STARTING | 1 << PROCESS_BACKOFF | 1 << PROCESS_STOPPING | 1 << PROCESS_EXITED |
                            1 << PROCESS_FATAL,
        [PROCESS_BACKOFF] = 1 << PROCESS_STARTING | 1 << PROCESS_STOPPED | 1 << PROCESS_EXITED | 1 << PROCESS_FATAL,
        [PROCESS_STOPPING] = 1 << PROCESS_STOPPED | 1 << PROCESS_STARTING | 1 << PROCESS_BACKOFF | 1 << PROCESS_EXITED |
                             1 << PROCESS_FATAL,
        [PROCESS_EXITED] = 1 << PROCESS_STARTING | 1 << PROCESS_STOPPED,
        [PROCESS_FATAL] = 1 << PROCESS_STARTING | 1 << PROCESS_STOPPED,
    };

    return (allowed[from] & 1 << to) != 0;
}

void process_publish(struct process *p, enum event_kind kind, const struct process_exit *exit)
{
    bus_publish(supervisor_bus(p->supervisor), &(struct event){ .kind = kind, .process = p, .exit = exit });
}

/* The only place where `state` is assigned. */
void process_enter(struct process *p, enum process_state next)
{
    bool was_settled = process_is_settled(p);

    assert(may_follow(p->state, next));
    p->state = next;
    p->held = false;
    p->behind = p->behind && (next == PROCESS_RUNNING || next == PROCESS_STOPPING); /* with the same child */
    gate_cancel(&p->gate);
    p->since = clock_now();
    process_touch(p);
    process_publish(p, EVENT_STATE, NULL);
    supervisor_process_changed(p->supervisor, p, process_is_settled(p) && !was_settled);
}

struct process *process_new(struct supervisor *supervisor, struct program *program, int index)
{
    struct process *p = xcalloc(1, sizeof *p);

    p->supervisor = supervisor;
    plan_hold(program->plan);
    p->program = program;
    p->index = index;
    p->id = supervisor_next_id(supervisor);
    p->since = clock_now();
    process_touch(p);
    return p;
}

void process_free(struct process *p)
{
    if (p->program->common->detached && p->child != NULL) {
        timer_stop(&p->timer);
        timer_stop(&p->patience);
        child_free(p->child);
        p->child = NULL;
    }
    assert(p->child == NULL && p->timer == NULL);
    side_command_cancel(&p->stop_cmd);
    gate_cancel(&p->gate);
    timer_stop(&p->age);
    care_forget(p);
    process_unwrite(p);
    output_free(p->out);
    output_free(p->err);
    program_free(p->resolved);
    plan_release(p->program->plan);
    history_free(p->history);
    free(p->name);
    free(p);
}

/* -- the way up ------------------------------------------------------------------------------------------------- */

static void begin_start(struct process *p, bool by_user, const struct verdict *untold);

void process_became_ready(struct process *p)
{
    timer_stop(&p->timer);
    policy_ready(&p->memory);
    process_enter(p, PROCESS_RUNNING);
    log_notice("%s is running", process_name(p));
    process_publish(p, EVENT_READY, NULL);
    process_begin_aging(p);
    care_begin(p);
}

void process_restart_by_verdict(struct process *p, const struct verdict *untold)
{
    p->restarts++;
    process_publish(p, EVENT_RESTART, last_exit(p));
    begin_start(p, false, untold);
}

static void on_timer(void *arg)
{
    struct process *p = arg;

    p->timer = NULL;
    switch (p->state) {
    case PROCESS_STARTING:
        process_became_ready(p);
        break;
    case PROCESS_BACKOFF:
        process_retry(p);
        break;
    case PROCESS_STOPPING:
        process_stop_step_over(p);
        break;
    default:
        assert(!"no other state waits");
    }
}

void process_wait(struct process *p, msec delay)
{
    timer_stop(&p->timer);
    p->timer = timer_start(supervisor_loop(p->supervisor), delay, on_timer, p);
    process_touch(p);
}

struct process_exit *process_new_exit(struct process *p)
{
    const struct blame *blame = care_blame(p);
    struct process_exit *exit = history_add(&p->history);

    p->ends_touched = true;
    process_touch(p);
    *exit =
        (struct process_exit){ .code = -1,
                               .stopped = p->state == PROCESS_STOPPING && blame == NULL,
                               .failed_start = p->state == PROCESS_STARTING || (blame != NULL && blame->was_starting),
                               .attempt = p->attempt,
                               .restarts = p->restarts,
                               .at = clock_wall() };
    return exit;
}

/* Whatever keeps a child from being there is a failed start, like an early exit. */
static void start_failed(struct process *p, const char *what, const char *why)
{
    struct process_exit *exit = process_new_exit(p);

    snprintf(exit->reason, sizeof exit->reason, "%s%.150s", what, why);
    text_flatten(exit->reason);
    process_judge(p, false);
}

static void await_ready(struct process *p)
{
    if (program_is_asked(p->program))
        care_await_ready(p);
    else if (p->program->common->starttime > 0)
        process_wait(p, p->program->common->starttime);
    else
        process_became_ready(p);
}

/* It runs already: an earlier life of ours, or somebody else, has started it. */
static bool find_again(struct process *p)
{
    if (!process_find_again(p, process_child_exited))
        return false;
    log_notice("%s runs already, with pid %d", process_name(p), (int)child_pid(p->child));
    process_became_ready(p);
    return true;
}

bool process_recover(struct process *p)
{
    assert(p->state == PROCESS_STOPPED);
    if (!process_find_again(p, process_child_exited))
        return false;
    log_notice("%s is found again, with pid %d", process_name(p), (int)child_pid(p->child));
    p->wanted = true;
    p->attempt = 1;
    process_enter(p, PROCESS_STARTING);
    process_became_ready(p);
    return true;
}

void process_daemon_found(struct process *p, const struct process_mark *who, const char *why)
{
    struct error e;

    if (who != NULL && process_join(p, who, process_child_exited, &e)) {
        log_notice("%s is in the background with pid %d", process_name(p), (int)who->pid);
        await_ready(p);
        return;
    }
    if (p->child != NULL) {
        process_condemn(p, why, false);
        return;
    }
    detached_end_strays(p);
    start_failed(p, "", who != NULL ? e.text : why);
}

/* `untold`: the verdict on the last run, if the log does not know it yet. Lines can
 * wait, the new child cannot. */
static void launch(struct process *p, const struct verdict *untold)
{
    struct error e;
    bool launched;

    if (find_again(p))
        return;
    launched = process_launch(p, process_child_exited, &e);
    if (untold != NULL)
        process_log_end(p, untold);
    if (!launched) {
        /* os says "exec '/bin/x': …" where the exec itself failed. */
        start_failed(p, "exec: ", text_starts(e.text, "exec ") ? e.text + 5 : e.text);
        return;
    }
    log_notice("%s started with pid %d", process_name(p), (int)child_pid(p->child));
    process_publish(p, EVENT_START, NULL);
    if (p->starter)
        care_await_daemon(p);
    else
        await_ready(p);
}

static void on_before_start(struct process *p, const char *why)
{
    p->gate = NULL;
    if (why != NULL)
        start_failed(p, "", why);
    else
        launch(p, NULL);
}

static void begin_start(struct process *p, bool by_user, const struct verdict *untold)
{
    p->attempt++;
    process_enter(p, PROCESS_STARTING);
    p->held = supervisor_holds(p->supervisor, p, by_user);
    if (!p->held)
        p->gate = gate_start(p, "before_start", on_before_start);
    if (!p->held && p->gate == NULL)
        launch(p, untold);
    else if (untold != NULL)
        process_log_end(p, untold);
}

void process_proceed(struct process *p)
{
    assert(p->held);
    p->held = false;
    if (p->state == PROCESS_STOPPING) {
        process_proceed_stop(p);
        return;
    }
    p->gate = gate_start(p, "before_start", on_before_start);
    if (p->gate == NULL)
        launch(p, NULL);
}

/* Between a stop and the start after it, leave may be taken back. */
static bool may_start(struct process *p)
{
    if (supervisor_forbids_start(p->supervisor, p) == NULL)
        return true;
    p->wanted = false;
    if (p->state != PROCESS_STOPPED)
        process_enter(p, PROCESS_STOPPED);
    return false;
}

/* A start by a user: the past is forgotten. */
void process_start_anew(struct process *p, bool by_user)
{
    if (!may_start(p))
        return;
    p->memory = (struct policy_memory){ 0 };
    p->restarts = p->attempt = 0;
    begin_start(p, by_user, NULL);
}
