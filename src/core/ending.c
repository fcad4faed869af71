/* The end of a child, in three steps: its status is known (`ended`), its output has ended, and, when it was stopped,
 * its process group is empty. Only then the machine goes on. */
#include "core/detached.h"
#include "core/side_command.h"
#include "keep.h"
#include "os/clock.h"
#include "os/oom.h"
#include "process_private.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>

enum { PATIENCE = 1000 }; /* how long a grandchild may hold the pipe of an ended child */

/* The child is over in every respect, and so is the command that was to stop it: forget it and go on. */
void process_check_over(struct process *p)
{
    if (!p->ended || p->out_open || p->err_open || p->group_lives || p->stop_cmd != NULL)
        return;
    process_touch(p);
    p->ended = false;
    child_free(p->child);
    p->child = NULL;
    timer_stop(&p->timer);
    timer_stop(&p->patience);
    timer_stop(&p->age);
    process_over(p);
}

static void on_out_end(void *arg)
{
    struct process *p = arg;

    p->out_open = false;
    process_check_over(p);
}

static void on_err_end(void *arg)
{
    struct process *p = arg;

    p->err_open = false;
    process_check_over(p);
}

static void on_patience(void *arg)
{
    struct process *p = arg;

    p->patience = NULL;
    output_cut(p->out);
    output_cut(p->err);
    p->out_open = p->err_open = false;
    process_check_over(p);
}

static void on_group_empty(void *arg)
{
    struct process *p = arg;

    p->group_lives = false;
    process_check_over(p);
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

/* Read what is left in its pipes: others may hold them, but are not waited for for long. */
static void drain(struct process *p)
{
    p->out_open = !output_drain(p->out, on_out_end, p);
    p->err_open = !output_drain(p->err, on_err_end, p);
    if (p->out_open || p->err_open)
        p->patience = timer_start(supervisor_loop(p->supervisor), PATIENCE, on_patience, p);
}

/* A stop lets the rest of the group end as gracefully as its leader, within the stop's time. Whatever else ends a
 * process leaves nothing of it behind. */
static void end_group(struct process *p)
{
    if (!p->program->common->kill_group)
        return;
    if (p->state == PROCESS_STOPPING && p->program->common->stop_to == STOP_TO_GROUP) {
        p->group_lives = true;
        loop_later(supervisor_loop(p->supervisor), look_at_group, p);
    } else {
        child_signal_group(p->child, SIGKILL, NULL);
    }
}

/* The starter of a daemon has ended. True: somebody takes its place, or is waited for. While it is being stopped, the
 * one that it has started is stopped in its place. */
static bool starter_ended(struct process *p, const struct child_exit *end)
{
    struct child *starter = p->child;
    struct process_mark who;

    p->starter = false;
    process_touch(p);
    if (p->state == PROCESS_STARTING && end->code == 0) {
        p->child = NULL;
        care_starter_ended(p);
    } else if (p->state == PROCESS_STOPPING && detached_find(p, &who, NULL) &&
               process_join(p, &who, process_child_exited, NULL)) {
        process_stop_again(p);
    } else {
        detached_end_strays(p);
        return false;
    }
    child_free(starter);
    return true;
}

/* The loop was busy all the time, and finds both the end and the timer of starttime. Nobody knows which came first: it
 * was the timer where more time has passed since that was due than before. */
static bool was_up_for_starttime(const struct process *p)
{
    return p->state == PROCESS_STARTING && p->timer != NULL &&
           clock_now() - timer_due(p->timer) >= timer_due(p->timer) - p->started;
}

/* Asking the kernel takes 15 us where nothing is in the caches: a child that follows at once need not wait for that. */
void process_explain_end(const struct process *p)
{
    struct process_exit *exit = last_exit(p);

    if (exit == NULL || exit->reason[0] != '\0')
        return;
    exit->oom = exit->maybe_oom && oom_took(exit->pid);
    process_exit_reason(exit);
}

void process_child_exited(struct child *c, const struct child_exit *end, void *arg)
{
    struct process *p = arg;
    struct process_exit *exit;

    assert(c == p->child);
    if (was_up_for_starttime(p))
        process_became_ready(p);
    if (p->starter && starter_ended(p, end)) {
        process_write(p, false);
        return;
    }
    exit = process_new_exit(p);
    exit->code = end->signal == 0 ? end->code : -1;
    exit->signal = end->signal;
    exit->core = end->core;
    exit->pid = child_pid(c);
    exit->maybe_oom = end->signal == SIGKILL && p->state != PROCESS_STOPPING;
    exit->unknown = end->unknown;
    exit->uptime = clock_now() - p->started;
    if (care_blame(p) != NULL)
        snprintf(exit->reason, sizeof exit->reason, "%s", care_blame(p)->reason);
    p->ended = true;
    if (detached_is_noted(p->program))
        detached_forget(p, child_pid(c));
    care_stop(p);
    if (p->state != PROCESS_STOPPING)
        timer_stop(&p->timer);
    end_group(p);
    drain(p);
    process_check_over(p);
    process_explain_end(p);
    process_write(p, false); /* the child is reaped next: nobody could be told its end again */
}

static void on_resumed(void *arg)
{
    process_check_over(arg);
}

void process_resume_end(struct process *p)
{
    drain(p);
    loop_later(supervisor_loop(p->supervisor), p->group_lives ? look_at_group : on_resumed, p);
}
