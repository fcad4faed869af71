/* Whose turn it is. A process that others come before is held, in STARTING or in STOPPING; whenever something has
 * changed, all that are held are looked at once more, after the callback, so that a command to many is seen as a whole:
 *
 *   1. who fell, takes those along who require it; who came back, has them started anew;
 *   2. who is to start, gets what it requires started;
 *   3. those whom nobody is in the way of any more, proceed. */
#include "base/log.h"
#include "base/xalloc.h"
#include "os/clock.h"
#include "supervisor_private.h"

#include <stdlib.h>

enum { SLICE = 20 }; /* milliseconds of proceeding before the loop gets a turn */

static void look(void *arg);

void supervisor_look_soon(struct supervisor *s)
{
    if (s->looking)
        return;
    s->looking = true;
    loop_later(s->loop, look, s);
}

/* -- being held ------------------------------------------------------------------------------------------------- */

static struct held *find_held(struct supervisor *s, const struct process *p)
{
    for (size_t i = 0; i < s->held_count; i++)
        if (s->held[i].process == p)
            return &s->held[i];
    return NULL;
}

/* Whoever is asked for while it is held stays where it is. */
static void hold(struct supervisor *s, struct process *p, enum pull pull)
{
    struct held *held = process_is_held(p) ? find_held(s, p) : NULL;

    if (held != NULL) {
        held->pull = pull;
        supervisor_look_soon(s);
        return;
    }
    if (s->held_count == s->held_capacity) {
        s->held_capacity = s->held_capacity > 0 ? s->held_capacity * 2 : 16;
        s->held = xrealloc(s->held, s->held_capacity * sizeof *s->held);
    }
    s->held[s->held_count++] = (struct held){ p, pull };
    supervisor_look_soon(s);
}

void supervisor_hold_again(struct supervisor *s, struct process *p)
{
    hold(s, p, process_state(p) == PROCESS_STARTING ? PULL_STOPPED : PULL_NOTHING);
}

bool supervisor_holds(struct supervisor *s, struct process *p, bool by_user)
{
    bool starts = process_state(p) == PROCESS_STARTING;
    bool waits = starts ? order_has_needs(process_program(p)) || s->survivors != NULL || supervisor_has_forerunner(s, p)
                        : process_dependents(p).count > 0;

    if (!waits)
        return false;
    hold(s, p, !starts ? PULL_NOTHING : by_user ? PULL_ALL : PULL_STOPPED);
    if (!starts)
        supervisor_falls(s, p);
    return true;
}

void supervisor_forget_held(struct supervisor *s, bool (*is_gone)(const struct process *p))
{
    size_t kept = 0;

    for (size_t i = 0; i < s->held_count; i++)
        if (!is_gone(s->held[i].process))
            s->held[kept++] = s->held[i];
    s->held_count = kept;
}

static bool is_not_held(const struct process *p)
{
    return !process_is_held(p);
}

static void tidy(struct supervisor *s)
{
    supervisor_forget_held(s, is_not_held);
    if (s->held_count > 0)
        return;
    free(s->held);
    s->held = NULL;
    s->held_capacity = 0;
}

/* -- going along ------------------------------------------------------------------------------------------------ */

void supervisor_falls(struct supervisor *s, struct process *p)
{
    struct pool *pool = supervisor_pool_of(s, process_program(p));

    if (pool == NULL || process_dependents(p).count == 0)
        return;
    pool->falls = true;
    supervisor_touch_pool(s, pool);
    s->moved = true;
    supervisor_look_soon(s);
}

/* It was RUNNING before, and no other process of its program has held the place meanwhile. */
void supervisor_came_back(struct supervisor *s, struct process *p)
{
    struct pool *pool = supervisor_pool_of(s, process_program(p));

    if (pool == NULL || process_last_exit(p) == NULL || process_program(p)->common->oneshot ||
        process_dependents(p).count == 0)
        return;
    for (size_t i = 0; i < pool->count; i++)
        if (pool->process[i] != p && process_state(pool->process[i]) == PROCESS_RUNNING)
            return;
    pool->back = process_run(p);
    supervisor_touch_pool(s, pool);
    s->moved = true;
    supervisor_look_soon(s);
}

/* Call `fn` for each process of those programs that require this one. */
typedef void along_fn(const struct pool *pool, struct process *p);

static void each_along(struct supervisor *s, const struct pool *pool, along_fn *fn)
{
    struct order_list list = order_dependents(plan_order(s->plan), pool->program);

    for (size_t i = 0; i < list.count; i++) {
        const struct pool *other = &s->pools[list.program[i]];

        for (size_t k = 0; order_requires(other->program, pool->program) && k < other->count; k++)
            fn(pool, other->process[k]);
    }
}

/* The end of reeve is none of a detached one's. */
static bool stays(const struct process *p)
{
    return supervisor_is_ending(process_supervisor(p)) && process_outlives_us(p);
}

static bool is_kept(const struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++)
        if (process_wish_is_kept(pool->process[i]))
            return true;
    return false;
}

/* A user's word about the one is his word about the other. */
static void follow_down(struct process *p, const struct pool *pool)
{
    process_stop(p);
    if (is_kept(pool))
        process_keep_wish(p);
}

/* What a oneshot has done stays done; only who still waits for it is concerned. */
static void stop_along(const struct pool *pool, struct process *p)
{
    if (process_wanted(p) && !stays(p) && (!pool->program->common->oneshot || process_is_held(p)))
        follow_down(p, pool);
}

static bool can_restart(const struct process *p)
{
    return process_program(p)->common->on_dependency == ON_DEPENDENCY_RESTART && process_wanted(p) &&
           process_is_alive(p) && process_state(p) != PROCESS_STOPPING && !stays(p);
}

static void restart_along(const struct pool *pool, struct process *p)
{
    (void)pool;
    if (can_restart(p))
        process_restart(p);
}

static void restart_older(const struct pool *pool, struct process *p)
{
    if (!can_restart(p) || process_run(p) > pool->back)
        return;
    log_notice("%s requires %s, which was restarted: restarting it", process_name(p), pool->program->name);
    process_restart(p);
}

static void fall(struct supervisor *s, const struct pool *pool)
{
    bool wanted = false, up = false, stopping = false;

    for (size_t i = 0; i < pool->count; i++) {
        const struct process *p = pool->process[i];

        wanted = wanted || process_wanted(p);
        stopping = stopping || process_state(p) == PROCESS_STOPPING;
        up = up || (process_is_alive(p) && process_state(p) != PROCESS_STOPPING);
    }
    if (pool->count > 0 && !wanted)
        each_along(s, pool, stop_along);
    else if (stopping && !up && !pool->program->common->oneshot)
        each_along(s, pool, restart_along);
}

static void go_along(struct supervisor *s)
{
    s->moved = false;
    for (size_t i = 0; i < s->plan->program_count; i++) {
        struct pool *pool = &s->pools[i];

        if (pool->falls || pool->back != 0)
            supervisor_touch_pool(s, pool);
        if (pool->falls) {
            pool->falls = false;
            fall(s, pool);
        }
        if (pool->back != 0) {
            each_along(s, pool, restart_older);
            pool->back = 0;
        }
    }
}

/* -- starting what is required ---------------------------------------------------------------------------------- */

/* `missing`: none of the program is wanted. */
static void pull(struct process *p, bool missing, enum pull how, bool kept)
{
    if (missing ? process_is_done(p) || !process_is_settled(p) : how != PULL_ALL || process_state(p) != PROCESS_FATAL)
        return;
    process_start(p);
    if (kept)
        process_keep_wish(p);
}

static void pull_required(struct supervisor *s, const struct process *p, enum pull how)
{
    struct order_list list = order_needs(plan_order(s->plan), process_program(p));

    for (size_t i = 0; i < list.count; i++) {
        const struct pool *pool = &s->pools[list.program[i]];
        bool missing = pool_is_missing(pool);

        for (size_t k = 0; order_requires(process_program(p), pool->program) && k < pool->count; k++)
            pull(pool->process[k], missing, how, process_wish_is_kept(p));
    }
}

/* The list may grow meanwhile. */
static void pull_all(struct supervisor *s)
{
    for (size_t i = 0; i < s->held_count; i++) {
        struct held held = s->held[i];

        s->held[i].pull = PULL_NOTHING;
        if (held.pull != PULL_NOTHING && process_is_held(held.process) && process_plan(held.process) == s->plan)
            pull_required(s, held.process, held.pull);
    }
}

/* -- proceeding ------------------------------------------------------------------------------------------------- */

static bool may_proceed(struct supervisor *s, const struct process *p)
{
    bool starts = process_state(p) == PROCESS_STARTING;

    if (!process_is_held(p) ||
        (starts && (s->shutdown.begun || s->survivors != NULL || supervisor_has_forerunner(s, p))))
        return false;
    return supervisor_blockers(s, p, NULL, 0) == 0;
}

static void proceed_all(struct supervisor *s)
{
    msec until = clock_now() + SLICE;

    for (size_t i = 0; i < s->held_count; i++) {
        if (!may_proceed(s, s->held[i].process))
            continue;
        process_proceed(s->held[i].process);
        if (clock_now() >= until) {
            supervisor_look_soon(s);
            break;
        }
    }
}

static void look(void *arg)
{
    struct supervisor *s = arg;

    s->looking = false;
    if (s->moved)
        go_along(s);
    if (!s->shutdown.begun)
        pull_all(s);
    proceed_all(s);
    tidy(s);
}

void supervisor_look_again(struct supervisor *s)
{
    if (s->held_count > 0)
        supervisor_look_soon(s);
}
