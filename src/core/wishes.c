/* What users and plans want of a process: it is written down, and the machine is set going. */
#include "base/log.h"
#include "base/xalloc.h"
#include "core/detached.h"
#include "core/process.h"
#include "core/side_command.h"
#include "keep.h"
#include "process_private.h"

#include <signal.h>
#include <stdlib.h>

/* Who is up by a user's wish is so still when others start it again. */
static void wish(struct process *p, bool up)
{
    p->kept = p->kept && p->wanted && up;
    p->wanted = up;
    process_touch(p);
    supervisor_wishes_changed(p->supervisor);
}

void process_keep_wish(struct process *p)
{
    p->kept = true;
    process_touch(p);
    supervisor_wishes_changed(p->supervisor);
}

void process_want(struct process *p)
{
    p->wanted = true;
    process_touch(p);
}

void process_start(struct process *p)
{
    const char *why = supervisor_forbids_start(p->supervisor, p);

    if (why != NULL) {
        log_warning("%s is not started: %s", process_name(p), why);
        p->wanted = false;
        process_touch(p);
        return;
    }
    wish(p, true);
    switch (p->state) {
    case PROCESS_FATAL:
        supervisor_forgive(p->supervisor, p);
        process_start_anew(p, true);
        break;
    case PROCESS_STOPPED:
    case PROCESS_EXITED:
        process_start_anew(p, true);
        break;
    case PROCESS_BACKOFF: /* who asks now does not want to wait */
        timer_stop(&p->timer);
        process_start_anew(p, true);
        break;
    case PROCESS_STARTING: /* those it waits for are started too */
        if (p->held)
            supervisor_holds(p->supervisor, p, true);
        break;
    case PROCESS_STOPPING: /* it starts again when it has stopped */
        care_forgive(p);
        break;
    case PROCESS_RUNNING:
        break;
    }
}

/* There is no child that would have to end first. */
static void call_off(struct process *p)
{
    timer_stop(&p->timer);
    if (care_awaits_daemon(p))
        detached_end_strays(p);
    care_forget(p);
    log_notice("%s will not be started%s: stopped", process_name(p), p->state == PROCESS_BACKOFF ? " again" : "");
    process_publish(p, EVENT_STOP, last_exit(p));
    process_enter(p, PROCESS_STOPPED);
    supervisor_falls(p->supervisor, p);
}

void process_stop(struct process *p)
{
    wish(p, false);
    care_forgive(p);
    switch (p->state) {
    case PROCESS_BACKOFF:
        call_off(p);
        break;
    case PROCESS_EXITED:
    case PROCESS_FATAL:
        process_enter(p, PROCESS_STOPPED);
        supervisor_falls(p->supervisor, p);
        break;
    case PROCESS_STARTING:
        if (p->child == NULL)
            call_off(p);
        else
            process_begin_stop(p);
        break;
    case PROCESS_RUNNING:
        process_begin_stop(p);
        break;
    case PROCESS_STOPPING:
        supervisor_falls(p->supervisor, p);
        break;
    case PROCESS_STOPPED:
        break;
    }
}

static bool is_up(const struct process *p)
{
    return p->state == PROCESS_RUNNING || (p->state == PROCESS_STARTING && p->child != NULL);
}

void process_restart(struct process *p)
{
    if (is_up(p)) {
        wish(p, true);
        care_forgive(p);
        process_begin_stop(p);
    } else {
        if (p->state == PROCESS_STARTING && care_awaits_daemon(p)) /* its starter has ended */
            call_off(p);
        process_start(p);
    }
}

void process_restart_later(struct process *p)
{
    if (!is_up(p)) {
        process_restart(p);
        return;
    }
    p->behind = true;
    process_touch(p);
}

void process_condemn(struct process *p, const char *reason, bool at_once)
{
    care_put_blame(p, reason);
    if (at_once)
        child_signal_group(p->child, SIGKILL, NULL);
    else
        process_begin_stop(p);
}

void process_kill(struct process *p)
{
    if (p->child == NULL)
        return;
    side_command_cancel(&p->stop_cmd);
    child_signal_group(p->child, SIGKILL, NULL);
    process_check_over(p);
}

bool process_signal(struct process *p, int number, struct error *e)
{
    if (p->child == NULL || p->ended)
        return failure(e, "not running");
    return child_signal(p->child, number, e);
}

static void adopt_outputs(struct process *p, const struct program *settings)
{
    if (output_serves(p->out, &settings->out))
        output_adopt(p->out, &settings->out);
    if (output_serves(p->err, &settings->err))
        output_adopt(p->err, &settings->err);
}

void process_adopt(struct process *p, struct program *program)
{
    struct program *before = p->program;
    bool is_noted = p->child != NULL && !p->ended && !p->starter && detached_is_noted(before);
    char *noted = is_noted ? detached_place(p) : NULL;

    plan_hold(program->plan);
    p->program = program;
    if (!program_is_worker(program)) /* a worker's index is its own as long as it lives */
        p->index += program->common->first_index - before->common->first_index;
    if (noted != NULL)
        detached_move(p, child_pid(p->child), noted);
    free(noted);
    process_touch(p);
    adopt_outputs(p, program);
    if (p->state == PROCESS_RUNNING && program->common->max_age != before->common->max_age)
        process_begin_aging(p);
    care_adopt(p, before);
    plan_release(before->plan);
}

void process_renew(struct process *p)
{
    struct error e;

    if (p->child == NULL)
        return;
    if (!process_resolve_again(p, &e))
        log_warning("%s keeps the settings of its start: %s", process_name(p), e.text);
    else if (p->resolved != NULL)
        adopt_outputs(p, process_settings(p));
}

void process_let_go(struct process *p)
{
    p->let_go = true;
    process_touch(p);
}

void process_rename(struct process *p, const char *name)
{
    free(p->name);
    p->name = xstrdup(name);
    output_rename(p->out, process_name(p));
    output_rename(p->err, process_name(p));
}

void process_reopen(struct process *p)
{
    output_reopen(p->out);
    output_reopen(p->err);
}
