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
 *                                    | timer
 *                                    +------> starting
 *
 * A child is over in three steps: its status is known (`ended`), its output has ended, and, when it was stopped, its
 * process group is empty. Only then the machine goes on. */
#include "core/process.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "core/side_command.h"
#include "os/clock.h"
#include "process_private.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    PATIENCE = 1000, /* how long a grandchild may hold the pipe of an ended child */
    AGE_POSTPONED = 1000
};

static bool may_follow(enum process_state from, enum process_state to)
{
    static const unsigned char allowed[] = {
        [PROCESS_STOPPED] = 1 << PROCESS_STARTING,
        [PROCESS_STARTING] = 1 << PROCESS_RUNNING | 1 << PROCESS_BACKOFF | 1 << PROCESS_STOPPING | 1 << PROCESS_EXITED |
                             1 << PROCESS_FATAL | 1 << PROCESS_STARTING,
        [PROCESS_RUNNING] = 1 << PROCESS_STARTING | 1 << PROCESS_BACKOFF | 1 << PROCESS_STOPPING | 1 << PROCESS_EXITED |
                            1 << PROCESS_FATAL,
        [PROCESS_BACKOFF] = 1 << PROCESS_STARTING | 1 << PROCESS_STOPPED,
        [PROCESS_STOPPING] = 1 << PROCESS_STOPPED,
        [PROCESS_EXITED] = 1 << PROCESS_STARTING | 1 << PROCESS_STOPPED,
        [PROCESS_FATAL] = 1 << PROCESS_STARTING | 1 << PROCESS_STOPPED,
    };

    return (allowed[from] & 1 << to) != 0;
}

static void publish(struct process *p, enum event_kind kind, const struct process_exit *exit)
{
    bus_publish(supervisor_bus(p->supervisor), &(struct event){ .kind = kind,
                                                                .process = p,
                                                                .program = p->program,
                                                                .state = (int)p->state,
                                                                .exit = exit,
                                                                .at = clock_wall() });
}

/* The only place where `state` is assigned. */
void process_enter(struct process *p, enum process_state next)
{
    bool was_settled = process_is_settled(p);

    assert(may_follow(p->state, next));
    p->state = next;
    p->since = clock_now();
    publish(p, EVENT_STATE, NULL);
    supervisor_process_changed(p->supervisor, p, process_is_settled(p) && !was_settled);
}

struct process *process_new(struct supervisor *supervisor, struct plan *plan, struct program *program, int index)
{
    static unsigned last_id;
    struct process *p = xcalloc(1, sizeof *p);

    p->supervisor = supervisor;
    p->plan = plan_hold(plan);
    p->program = program;
    p->index = index;
    p->id = ++last_id;
    p->since = clock_now();
    return p;
}

void process_free(struct process *p)
{
    assert(p->child == NULL && p->timer == NULL);
    side_command_cancel(&p->stop_cmd);
    timer_stop(&p->age);
    output_free(p->out);
    output_free(p->err);
    program_free(p->resolved);
    plan_release(p->plan);
    free(p->last_exit);
    free(p->name);
    free(p);
}

/* -- the way up ------------------------------------------------------------------------------------------------- */

static void begin_start(struct process *p, const struct verdict *untold);
static void decide(struct process *p, bool was_running);

static void on_age(void *arg)
{
    struct process *p = arg;

    p->age = NULL;
    if (p->state != PROCESS_RUNNING)
        return;
    if (!supervisor_siblings_run(p->supervisor, p)) {
        p->age = timer_start(supervisor_loop(p->supervisor), AGE_POSTPONED, on_age, p);
        return;
    }
    log_notice("%s has reached its max_age, restarting it", process_name(p));
    process_restart(p);
}

/* Give or take 10 %, so that processes that were started together do not end together. */
static void begin_aging(struct process *p)
{
    double share = 0.9 + 0.2 * clock_random();

    timer_stop(&p->age);
    if (p->program->max_age > 0)
        p->age = timer_start(supervisor_loop(p->supervisor), (msec)((double)p->program->max_age * share), on_age, p);
}

static void become_ready(struct process *p)
{
    policy_ready(&p->memory);
    process_enter(p, PROCESS_RUNNING);
    if (p->program->starttime > 0)
        log_notice("%s is running", process_name(p));
    publish(p, EVENT_READY, NULL);
    begin_aging(p);
}

static void restart_automatically(struct process *p, const struct verdict *untold)
{
    p->restarts++;
    publish(p, EVENT_RESTART, p->last_exit);
    begin_start(p, untold);
}

static void on_timer(void *arg)
{
    struct process *p = arg;

    p->timer = NULL;
    switch (p->state) {
    case PROCESS_STARTING:
        become_ready(p);
        break;
    case PROCESS_BACKOFF:
        restart_automatically(p, NULL);
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
}

static struct process_exit *new_exit(struct process *p)
{
    if (p->last_exit == NULL)
        p->last_exit = xmalloc(sizeof *p->last_exit);
    *p->last_exit = (struct process_exit){ .code = -1,
                                           .stopped = p->state == PROCESS_STOPPING,
                                           .failed_start = p->state == PROCESS_STARTING,
                                           .attempt = p->attempt,
                                           .restarts = p->restarts,
                                           .at = clock_wall() };
    return p->last_exit;
}

static void on_child_exit(struct child *c, const struct child_exit *end, void *arg);

/* Whatever keeps a child from being there is a failed start, like an early exit. */
static void start_failed(struct process *p, const struct error *why)
{
    struct process_exit *exit = new_exit(p);
    const char *text = why->text;

    /* os says "exec '/bin/x': …" where the exec itself failed. */
    snprintf(exit->reason, sizeof exit->reason, "exec: %.150s", text_starts(text, "exec ") ? text + 5 : text);
    publish(p, EVENT_EXIT, exit);
    decide(p, false);
}

/* `untold`: the verdict on the last run, if the log does not know it yet. Lines can wait, the new child cannot. */
static void begin_start(struct process *p, const struct verdict *untold)
{
    struct error e;
    bool launched;

    p->attempt++;
    process_enter(p, PROCESS_STARTING);
    launched = process_launch(p, on_child_exit, &e);
    if (untold != NULL)
        process_log_end(p, p->last_exit, untold);
    if (!launched) {
        start_failed(p, &e);
        return;
    }
    log_notice("%s started with pid %d", process_name(p), (int)child_pid(p->child));
    publish(p, EVENT_START, NULL);
    if (p->program->starttime > 0)
        process_wait(p, p->program->starttime);
    else
        become_ready(p);
}

/* A start by a user: the past is forgotten. */
static void start_anew(struct process *p)
{
    p->memory = (struct policy_memory){ 0 };
    p->restarts = p->attempt = 0;
    begin_start(p, NULL);
}

/* -- an end ----------------------------------------------------------------------------------------------------- */

static void leave(struct process *p)
{
    p->wanted = false;
    process_enter(p, PROCESS_EXITED);
    supervisor_process_ended(p->supervisor, p);
}

static void give_up(struct process *p)
{
    publish(p, EVENT_FATAL, p->last_exit);
    process_enter(p, PROCESS_FATAL);
    supervisor_process_ended(p->supervisor, p);
}

/* Also a start that failed at once goes through the timer: the loop must turn between two tries. */
static void back_off(struct process *p, msec delay)
{
    process_enter(p, PROCESS_BACKOFF);
    publish(p, EVENT_BACKOFF, p->last_exit);
    process_wait(p, delay);
}

static struct verdict judge(struct process *p, const struct run_end *end)
{
    const struct supervisor_upward *up = supervisor_upward(p->supervisor);
    const struct function *advisor = program_function(p->program, "autorestart");
    struct verdict verdict = policy_decide(p->program, &p->memory, end, clock_random());

    if (end->was_running && advisor != NULL && up->advise != NULL)
        up->advise(up->arg, p, advisor, p->last_exit, &verdict);
    if (verdict.kind == VERDICT_RESTART && (supervisor_is_ending(p->supervisor) || !p->wanted))
        verdict.kind = VERDICT_LEAVE;
    if (verdict.kind == VERDICT_RESTART)
        supervisor_may_restart(p->supervisor, p, &verdict);
    return verdict;
}

/* What ends before it was running has failed, whatever its status; a oneshot's life is short by nature. */
static bool is_expected(const struct process *p)
{
    const struct process_exit *exit = p->last_exit;

    if (exit->failed_start && !p->program->oneshot)
        return false;
    return exit->stopped || policy_expected(p->program, exit->code);
}

static void decide(struct process *p, bool was_running)
{
    struct run_end end = { .was_running = was_running || p->program->oneshot,
                           .code = p->last_exit->code,
                           .uptime = p->last_exit->uptime };
    struct verdict verdict = judge(p, &end);
    bool at_once = verdict.kind == VERDICT_RESTART && verdict.delay == 0 && was_running;

    if (!at_once)
        process_log_end(p, p->last_exit, &verdict);
    if (was_running)
        p->attempt = 0;
    switch (verdict.kind) {
    case VERDICT_LEAVE:
        leave(p);
        break;
    case VERDICT_GIVE_UP:
        give_up(p);
        break;
    case VERDICT_RESTART:
        if (at_once)
            restart_automatically(p, &verdict);
        else
            back_off(p, verdict.delay);
        break;
    }
}

static void stopped(struct process *p)
{
    process_log_end(p, p->last_exit, NULL);
    publish(p, EVENT_STOP, p->last_exit);
    process_enter(p, PROCESS_STOPPED);
    if (p->wanted)
        start_anew(p);
}

/* The child is over in every respect: forget it and go on. */
static void check_over(struct process *p)
{
    bool was_running = p->state == PROCESS_RUNNING;

    if (!p->ended || p->out_open || p->err_open || p->group_lives)
        return;
    p->ended = false;
    child_free(p->child);
    p->child = NULL;
    timer_stop(&p->timer);
    timer_stop(&p->patience);
    timer_stop(&p->age);
    side_command_cancel(&p->stop_cmd);
    p->last_exit->expected = is_expected(p);
    publish(p, EVENT_EXIT, p->last_exit);
    if (p->state == PROCESS_STOPPING)
        stopped(p);
    else
        decide(p, was_running);
}

static void on_out_end(void *arg)
{
    struct process *p = arg;

    p->out_open = false;
    check_over(p);
}

static void on_err_end(void *arg)
{
    struct process *p = arg;

    p->err_open = false;
    check_over(p);
}

static void on_patience(void *arg)
{
    struct process *p = arg;

    p->patience = NULL;
    output_cut(p->out);
    output_cut(p->err);
    p->out_open = p->err_open = false;
    check_over(p);
}

static void on_group_empty(void *arg)
{
    struct process *p = arg;

    p->group_lives = false;
    check_over(p);
}

/* Runs when the child has been reaped: now its group can be asked for. */
static void look_at_group(void *arg)
{
    struct process *p = arg;

    if (child_group_lives(p->child))
        child_group_watch(p->child, on_group_empty, p);
    else
        on_group_empty(p);
}

/* A stop lets the rest of the group end as gracefully as its leader, within the stop's time. Whatever else ends a
 * process leaves nothing of it behind. */
static void end_group(struct process *p)
{
    if (!process_settings(p)->kill_group)
        return;
    if (p->state == PROCESS_STOPPING && process_settings(p)->stop_to == STOP_TO_GROUP) {
        p->group_lives = true;
        loop_later(supervisor_loop(p->supervisor), look_at_group, p);
    } else {
        child_signal_group(p->child, SIGKILL, NULL);
    }
}

static void on_child_exit(struct child *c, const struct child_exit *end, void *arg)
{
    struct process *p = arg;
    struct process_exit *exit = new_exit(p);

    assert(c == p->child);
    exit->code = end->signal == 0 ? end->code : -1;
    exit->signal = end->signal;
    exit->core = end->core;
    exit->uptime = clock_now() - p->started;
    process_exit_reason(exit);
    p->ended = true;
    if (p->state != PROCESS_STOPPING)
        timer_stop(&p->timer);
    end_group(p);
    p->out_open = !output_drain(p->out, on_out_end, p);
    p->err_open = !output_drain(p->err, on_err_end, p);
    if (p->out_open || p->err_open)
        p->patience = timer_start(supervisor_loop(p->supervisor), PATIENCE, on_patience, p);
    check_over(p);
}

/* -- wishes ----------------------------------------------------------------------------------------------------- */

void process_start(struct process *p)
{
    p->wanted = true;
    switch (p->state) {
    case PROCESS_FATAL:
        supervisor_forgive(p->supervisor, p);
        start_anew(p);
        break;
    case PROCESS_STOPPED:
    case PROCESS_EXITED:
        start_anew(p);
        break;
    case PROCESS_BACKOFF: /* who asks now does not want to wait */
        timer_stop(&p->timer);
        start_anew(p);
        break;
    case PROCESS_STARTING:
    case PROCESS_RUNNING:
    case PROCESS_STOPPING: /* it starts again when it has stopped */
        break;
    }
}

void process_stop(struct process *p)
{
    p->wanted = false;
    switch (p->state) {
    case PROCESS_BACKOFF:
        timer_stop(&p->timer);
        log_notice("%s will not be started again: stopped", process_name(p));
        publish(p, EVENT_STOP, p->last_exit);
        process_enter(p, PROCESS_STOPPED);
        break;
    case PROCESS_EXITED:
    case PROCESS_FATAL:
        process_enter(p, PROCESS_STOPPED);
        break;
    case PROCESS_STARTING:
    case PROCESS_RUNNING:
        process_begin_stop(p);
        break;
    case PROCESS_STOPPED:
    case PROCESS_STOPPING:
        break;
    }
}

void process_restart(struct process *p)
{
    if (p->state == PROCESS_STARTING || p->state == PROCESS_RUNNING) {
        p->wanted = true;
        process_begin_stop(p);
    } else {
        process_start(p);
    }
}

void process_kill(struct process *p)
{
    if (p->child != NULL)
        child_signal_group(p->child, SIGKILL, NULL);
}

bool process_signal(struct process *p, int number, struct error *e)
{
    if (p->child == NULL || p->ended)
        return failure(e, "not running");
    return child_signal(p->child, number, e);
}

void process_adopt(struct process *p, struct plan *plan, struct program *program)
{
    struct plan *before = p->plan;

    p->plan = plan_hold(plan);
    p->program = program;
    plan_release(before);
    if (output_serves(p->out, &program->out))
        output_adopt(p->out, &program->out);
    if (output_serves(p->err, &program->err))
        output_adopt(p->err, &program->err);
    if (p->state == PROCESS_RUNNING)
        begin_aging(p);
}

void process_rename(struct process *p, const char *name)
{
    free(p->name);
    p->name = xstrdup(name);
}

void process_reopen(struct process *p)
{
    output_reopen(p->out);
    output_reopen(p->err);
}
