/* The way down: the stop command or the steps of signals, then KILL to the whole group. */
#include "base/log.h"
#include "base/units.h"
#include "core/side_command.h"
#include "keep.h"
#include "os/clock.h"
#include "process_private.h"

#include <signal.h>

/* A worker hears TERM and nothing else when reeve itself was told to end by TERM or INT. */
static const struct stop_steps *steps(const struct process *p)
{
    static struct stop_step term = { SIGTERM, -1 };
    static const struct stop_steps hasty = { &term, 1 };

    return program_is_worker(p->program) && supervisor_is_hasty(p->supervisor) ? &hasty
                                                                               : &p->program->common->stopsignal;
}

/* Those of a plan, or of a shutdown, that came in the middle may be fewer. */
static const struct stop_step *step(const struct process *p)
{
    const struct stop_steps *all = steps(p);

    return &all->step[p->stop_step < all->count ? p->stop_step : all->count - 1];
}

static void kill_group(struct process *p)
{
    struct buffer after = { 0 };

    duration_format(&after, clock_now() - p->since);
    log_warning("%s did not stop within %s, killing its process group", process_name(p), after.data);
    buffer_free(&after);
    side_command_cancel(&p->stop_cmd);
    child_signal_group(p->child, SIGKILL, NULL);
    process_check_over(p);
}

/* CONT behind it: a process that somebody suspended would not hear the signal. */
static void send_step(struct process *p)
{
    int number = step(p)->signal;
    msec wait = step(p)->wait;
    struct error e;
    bool sent;

    process_write(p, false); /* an end that follows is one that we wished for */
    sent = p->program->common->stop_to == STOP_TO_GROUP ? child_signal_group(p->child, number, &e)
                                                        : child_signal(p->child, number, &e);
    if (!sent)
        log_warning("%s: cannot send %s: %s", process_name(p), signal_name(number), e.text);
    else if (number != SIGKILL)
        child_signal(p->child, SIGCONT, NULL);
    process_wait(p, wait >= 0 ? wait : p->program->common->stoptime);
}

static void on_stop_cmd_end(struct process *p, bool ok, void *arg)
{
    (void)ok; /* a bad end is logged; the time of the stop runs on either way */
    (void)arg;
    p->stop_cmd = NULL;
    process_check_over(p);
}

static bool run_stop_cmd(struct process *p)
{
    const struct words *cmd = &process_settings(p)->common->stop_cmd;
    struct error e;

    if (cmd->count == 0)
        return false;
    p->stop_cmd = side_command_start(p, "stop command", cmd, p->program->common->stoptime, on_stop_cmd_end, NULL, &e);
    if (p->stop_cmd == NULL) {
        log_warning("%s: %s; sending %s instead", process_name(p), e.text, signal_name(step(p)->signal));
        return false;
    }
    p->stop_step = STOP_STEPS_OVER;
    process_wait(p, p->program->common->stoptime);
    return true;
}

void process_begin_stop(struct process *p)
{
    p->stop_step = 0;
    process_enter(p, PROCESS_STOPPING);
    timer_stop(&p->timer);
    timer_stop(&p->age);
    care_stop(p);
    if (p->ended) /* it ended by itself a moment ago; only its output is still open */
        return;
    p->held = supervisor_holds(p->supervisor, p, false);
    if (!p->held)
        process_proceed_stop(p);
}

static void begin_steps(struct process *p)
{
    p->since = clock_now(); /* the time that others took is not its own */
    log_info("%s: stopping, pid %d", process_name(p), (int)process_pid(p));
    if (!run_stop_cmd(p))
        send_step(p);
}

void process_stop_again(struct process *p)
{
    p->stop_step = 0;
    timer_stop(&p->timer);
    side_command_cancel(&p->stop_cmd);
    if (!p->held && p->gate == NULL)
        begin_steps(p);
}

/* A bad end does not keep it up. */
static void on_before_stop(struct process *p, const char *why)
{
    p->gate = NULL;
    if (why != NULL)
        log_warning("%s: %s; it is stopped all the same", process_name(p), why);
    begin_steps(p);
}

void process_proceed_stop(struct process *p)
{
    p->gate = gate_start(p, "before_stop", on_before_stop);
    if (p->gate == NULL)
        begin_steps(p);
}

/* Only its output is open still, and who holds it is to live on. */
static bool leaves_rest(const struct process *p)
{
    return p->ended && !p->group_lives && !p->program->common->kill_group;
}

void process_stop_step_over(struct process *p)
{
    /* The plan may have changed meanwhile: there may be fewer steps than were begun. */
    if (!p->ended && p->stop_step + 1u < steps(p)->count) {
        p->stop_step++;
        send_step(p);
    } else if (!leaves_rest(p)) {
        kill_group(p);
    }
}
