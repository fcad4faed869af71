/* A process of a former life: its fields as they were, and then what it was waiting for, by its state. */
#include "base/log.h"
#include "base/pack.h"
#include "base/xalloc.h"
#include "keep.h"
#include "os/clock.h"
#include "process_private.h"

#include <stdlib.h>

static void unpack_kept(struct unpack *u, int64_t numbers[KEPT_NUMBERS])
{
    size_t length;
    const char *packed = unpack_bytes(u, "numbers", &length);

    unpack_values(packed, length, numbers, KEPT_NUMBERS);
}

unsigned process_packed_id(struct unpack *u)
{
    int64_t numbers[KEPT_NUMBERS];

    unpack_kept(u, numbers);
    return (unsigned)numbers[KEPT_ID];
}

unsigned process_packed_plan(struct unpack *u)
{
    int64_t numbers[KEPT_NUMBERS];

    unpack_kept(u, numbers);
    return (unsigned)numbers[KEPT_PLAN];
}

static enum process_state state_of(int64_t number)
{
    return number >= PROCESS_STOPPED && number <= PROCESS_FATAL ? (enum process_state)number : PROCESS_STOPPED;
}

/* A time that came while nobody looked has come now. */
static void resume_times(struct process *p, msec due, msec age)
{
    if (due > 0 || p->state == PROCESS_BACKOFF)
        process_wait(p, clock_left(due));
    if (age > 0)
        process_age_at(p, age);
}

static void take_numbers(struct process *p, const int64_t numbers[KEPT_NUMBERS])
{
    p->id = (unsigned)numbers[KEPT_ID];
    p->state = state_of(numbers[KEPT_STATE]);
    p->wanted = numbers[KEPT_WANTED] != 0;
    p->kept = numbers[KEPT_KEPT] != 0;
    p->since = numbers[KEPT_SINCE];
    p->started = numbers[KEPT_STARTED];
    p->run = (unsigned)numbers[KEPT_RUN];
    p->attempt = (int)numbers[KEPT_ATTEMPT];
    p->restarts = (int)numbers[KEPT_RESTARTS];
    p->memory.failed_starts = (int)numbers[KEPT_FAILED_STARTS];
    p->memory.short_runs = (int)numbers[KEPT_SHORT_RUNS];
    p->stop_step = (unsigned)numbers[KEPT_STOP_STEP] & STOP_STEPS_OVER;
    p->started_alone = numbers[KEPT_STARTED_ALONE] != 0;
    p->starter = numbers[KEPT_STARTER] != 0;
    p->behind = numbers[KEPT_BEHIND] != 0;
    resume_times(p, numbers[KEPT_DUE], numbers[KEPT_AGE]);
}

static void unpack_child(struct process *p, struct unpack *u)
{
    struct children *children = supervisor_children(p->supervisor);
    pid_t pid = (pid_t)unpack_number(u, "pid");
    pid_t group = (pid_t)unpack_number(u, "group");
    pid_t heir = (pid_t)unpack_number(u, "heir");
    struct process_mark who;

    if (pid <= 0)
        return;
    p->ended = unpack_number(u, "ended") != 0;
    p->group_lives = p->ended && unpack_number(u, "group lives") != 0;
    if (group <= 0)
        group = pid;
    who = (struct process_mark){ .pid = pid, .start = unpack_number(u, "stranger") };
    if (p->ended)
        p->child = child_resume_ended(children, pid, group);
    else if (who.start > 0)
        p->child = child_adopt(children, &who, process_child_exited, p, NULL);
    if (p->child == NULL)
        p->child = child_resume(children, pid, heir, group, process_child_exited, p);
}

struct process *process_resume(struct supervisor *s, struct program *program, struct unpack *u)
{
    int64_t numbers[KEPT_NUMBERS];
    struct process *p;

    unpack_kept(u, numbers);
    p = process_new(s, program, (int)numbers[KEPT_INDEX]);
    p->name = unpack_text(u, "name");
    take_numbers(p, numbers);
    unpack_child(p, u);
    return p;
}

void process_resume_ends(struct process *p, const char *data, size_t length)
{
    history_unpack(&p->history, data, length);
}

/* ---- taking up ----------------------------------------------------------------------------------- */

static void take_up_output(struct process *p, const struct former *former, struct unpack *u, int stream)
{
    const struct output_settings *s = process_output_settings(p, stream);
    struct output **o = stream == 1 ? &p->out : &p->err;
    size_t length;
    const char *data = unpack_bytes(u, stream == 1 ? "out" : "err", &length);

    if (data == NULL && (p->child == NULL || p->ended))
        return;
    *o = output_new(supervisor_loop(p->supervisor), s, process_name(p), stream == 1 ? "stdout" : "stderr");
    output_keep(*o, supervisor_snapshot(p->supervisor));
    if (data != NULL)
        output_resume(*o, s, former, data, length);
}

/* The settings of its run, as far as they are worked out by functions. */
static void take_up_settings(struct process *p)
{
    struct error e;

    if (p->program->common->detached && p->child != NULL)
        child_spare(p->child);
    if (p->child != NULL && !process_resolve_again(p, &e))
        log_warning("%s: what it was started with is not known any more: %s", process_name(p), e.text);
}

/* It waits for others; or its gate ran, or nobody knows how far it had come: whose turn it is decides again. */
static void wait_for_turn(struct process *p)
{
    supervisor_hold_again(p->supervisor, p);
    p->held = true;
}

/* A start ends as it began, though a reload has changed how a start is to end. */
static void take_up_start(struct process *p)
{
    if (care_awaited_daemon(p))
        return;
    if (p->child == NULL)
        wait_for_turn(p);
    else if (!program_is_asked(p->program) && p->timer == NULL)
        process_wait(p, clock_left(p->started + p->program->common->starttime));
}

static void take_up_state(struct process *p)
{
    switch (p->state) {
    case PROCESS_STOPPED:
        if (p->wanted)
            supervisor_start_soon(p->supervisor, p);
        break;
    case PROCESS_STARTING:
        take_up_start(p);
        break;
    case PROCESS_STOPPING:
        if (p->timer == NULL && (!p->ended || p->group_lives))
            wait_for_turn(p);
        break;
    default:
        break;
    }
}

void process_take_up(struct process *p, const struct former *former, struct unpack *u)
{
    const char *care;
    size_t length;

    take_up_settings(p);
    take_up_output(p, former, u, 1);
    take_up_output(p, former, u, 2);
    care = unpack_bytes(u, "care", &length);
    if (care != NULL)
        care_unpack(p, care, length);
    if (p->ended)
        process_resume_end(p);
    if (!p->ended || p->state == PROCESS_STOPPING)
        take_up_state(p);
    if (p->child != NULL || care_awaited_daemon(p))
        care_resume(p);
}
