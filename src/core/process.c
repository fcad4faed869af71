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
 * A process that others must come before, or stop before, is `held` in STARTING without a child, or in STOPPING without
 * a signal; the supervisor says when it may proceed. Then it passes its gate, if its program has a function for that.
 * What is ended though nobody wished so (it was not ready in time, its heartbeat stopped, it is not well) carries a
 * `blame` through STOPPING and then goes where an exit goes. */
#include "core/process.h"

#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "core/detached.h"
#include "core/handover.h"
#include "core/side_command.h"
#include "os/clock.h"
#include "process_private.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { AGE_POSTPONED = 1000 };

static bool may_follow(enum process_state from, enum process_state to)
{
    static const unsigned char allowed[] = {
        [PROCESS_STOPPED] = 1 << PROCESS_STARTING,
        [PROCESS_STARTING] = 1 << PROCESS_RUNNING | 1 << PROCESS_BACKOFF | 1 << PROCESS_STOPPING | 1 << PROCESS_EXITED |
                             1 << PROCESS_FATAL | 1 << PROCESS_STARTING | 1 << PROCESS_STOPPED,
        [PROCESS_RUNNING] = 1 << PROCESS_STARTING | 1 << PROCESS_BACKOFF | 1 << PROCESS_STOPPING | 1 << PROCESS_EXITED |
                            1 << PROCESS_FATAL,
        [PROCESS_BACKOFF] = 1 << PROCESS_STARTING | 1 << PROCESS_STOPPED,
        [PROCESS_STOPPING] = 1 << PROCESS_STOPPED | 1 << PROCESS_STARTING | 1 << PROCESS_BACKOFF | 1 << PROCESS_EXITED |
                             1 << PROCESS_FATAL,
        [PROCESS_EXITED] = 1 << PROCESS_STARTING | 1 << PROCESS_STOPPED,
        [PROCESS_FATAL] = 1 << PROCESS_STARTING | 1 << PROCESS_STOPPED,
    };

    return (allowed[from] & 1 << to) != 0;
}

void process_publish(struct process *p, enum event_kind kind, const struct process_exit *exit)
{
    bus_publish(supervisor_bus(p->supervisor), &(struct event){ .kind = kind,
                                                                .process = p,
                                                                .program = p->program,
                                                                .state = (int)p->state,
                                                                .exit = exit,
                                                                .at = clock_wall() });
}

/* The last end, with what follows from it; `verdict` is NULL after a stop by wish. */
static void publish_end(struct process *p, enum event_kind kind, const struct verdict *verdict)
{
    struct buffer words = { 0 };

    if (verdict != NULL)
        process_verdict_words(verdict, &words);
    bus_publish(supervisor_bus(p->supervisor), &(struct event){ .kind = kind,
                                                                .process = p,
                                                                .program = p->program,
                                                                .state = (int)p->state,
                                                                .exit = last_exit(p),
                                                                .text = words.data,
                                                                .at = clock_wall() });
    buffer_free(&words);
}

/* The only place where `state` is assigned. */
void process_enter(struct process *p, enum process_state next)
{
    bool was_settled = process_is_settled(p);

    assert(may_follow(p->state, next));
    p->state = next;
    p->held = false;
    gate_cancel(&p->gate);
    p->since = clock_now();
    process_touch(p);
    process_publish(p, EVENT_STATE, NULL);
    supervisor_process_changed(p->supervisor, p, process_is_settled(p) && !was_settled);
}

struct process *process_new(struct supervisor *supervisor, struct plan *plan, struct program *program, int index)
{
    struct process *p = xcalloc(1, sizeof *p);

    p->supervisor = supervisor;
    p->plan = plan_hold(plan);
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
    plan_release(p->plan);
    history_free(p->history);
    free(p->name);
    free(p);
}

/* -- the way up ------------------------------------------------------------------------------------------------- */

static void begin_start(struct process *p, bool by_user, const struct verdict *untold);
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
void process_begin_aging(struct process *p)
{
    double share = 0.9 + 0.2 * clock_random();

    timer_stop(&p->age);
    if (p->program->common->max_age > 0)
        p->age =
            timer_start(supervisor_loop(p->supervisor), (msec)((double)p->program->common->max_age * share), on_age, p);
}

void process_age_at(struct process *p, msec due)
{
    msec left = due - clock_now();

    timer_stop(&p->age);
    p->age = timer_start(supervisor_loop(p->supervisor), left > 0 ? left : 0, on_age, p);
}

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

static void restart_automatically(struct process *p, const struct verdict *untold)
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
    decide(p, false);
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
        process_log_end(p, last_exit(p), untold);
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
        process_log_end(p, last_exit(p), untold);
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

/* -- an end ----------------------------------------------------------------------------------------------------- */

static void leave(struct process *p)
{
    p->wanted = false;
    supervisor_wishes_changed(p->supervisor);
    process_enter(p, PROCESS_EXITED);
    supervisor_process_ended(p->supervisor, p);
}

static void give_up(struct process *p, const struct verdict *verdict)
{
    publish_end(p, EVENT_FATAL, verdict);
    process_enter(p, PROCESS_FATAL);
    supervisor_process_ended(p->supervisor, p);
}

/* Also a start that failed at once goes through the timer: the loop must turn between two tries. */
static void back_off(struct process *p, msec delay)
{
    process_enter(p, PROCESS_BACKOFF);
    process_publish(p, EVENT_BACKOFF, last_exit(p));
    process_wait(p, delay);
}

static struct verdict judge(struct process *p, const struct run_end *end)
{
    const struct supervisor_upward *up = supervisor_upward(p->supervisor);
    const struct function *advisor = program_function(p->program, "autorestart");
    struct verdict verdict = policy_decide(p->program, &p->memory, end, clock_random());

    if (end->was_running && advisor != NULL && up->advise != NULL && !supervisor_is_quiet(p->supervisor))
        up->advise(up->arg, p, advisor, last_exit(p), &verdict);
    if (verdict.kind == VERDICT_RESTART && (supervisor_is_ending(p->supervisor) || !p->wanted))
        verdict.kind = VERDICT_LEAVE;
    if (verdict.kind == VERDICT_RESTART)
        supervisor_may_restart(p->supervisor, p, &verdict);
    return verdict;
}

/* What ends before it was running has failed, whatever its status; a oneshot's life is short by nature. */
static bool is_expected(const struct process *p)
{
    const struct process_exit *exit = last_exit(p);

    if ((exit->failed_start && !p->program->common->oneshot) || care_blame(p) != NULL)
        return false;
    return exit->stopped || policy_expected(p->program, exit->code);
}

static void decide(struct process *p, bool was_running)
{
    struct run_end end = { .was_running = was_running || p->program->common->oneshot,
                           .code = care_blame(p) != NULL ? -1 : last_exit(p)->code,
                           .uptime = last_exit(p)->uptime };
    struct verdict verdict = judge(p, &end);
    bool at_once = verdict.kind == VERDICT_RESTART && verdict.delay == 0 && was_running;
    bool told = !at_once || care_blame(p) != NULL; /* a blame is forgotten before the new start */

    publish_end(p, EVENT_EXIT, &verdict);
    if (told)
        process_log_end(p, last_exit(p), &verdict);
    care_forget(p);
    if (was_running)
        p->attempt = 0;
    switch (verdict.kind) {
    case VERDICT_LEAVE:
        leave(p);
        break;
    case VERDICT_GIVE_UP:
        give_up(p, &verdict);
        break;
    case VERDICT_RESTART:
        if (at_once)
            restart_automatically(p, told ? NULL : &verdict);
        else
            back_off(p, verdict.delay);
        break;
    }
}

static void stopped(struct process *p)
{
    publish_end(p, EVENT_EXIT, NULL);
    process_log_end(p, last_exit(p), NULL);
    process_publish(p, EVENT_STOP, last_exit(p));
    care_forget(p);
    process_enter(p, PROCESS_STOPPED);
    if (p->wanted)
        process_start_anew(p, false);
}

void process_over(struct process *p)
{
    const struct blame *blame = care_blame(p);
    bool was_running = p->state == PROCESS_RUNNING || (p->state == PROCESS_STOPPING && !last_exit(p)->failed_start);

    last_exit(p)->expected = is_expected(p);
    p->ends_touched = true;
    if (p->state == PROCESS_STOPPING && blame == NULL)
        stopped(p);
    else
        decide(p, was_running);
}
