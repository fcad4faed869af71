/* Who is in the way of whom: of a start those that it needs, of a stop those who need it. */
#include "base/xalloc.h"
#include "supervisor_private.h"

#include <stdlib.h>
#include <string.h>

struct order_list process_dependents(const struct process *p)
{
    return order_dependents(plan_order(process_plan(p)), process_program(p));
}

bool process_is_done(const struct process *p)
{
    const struct process_exit *exit = process_last_exit(p);

    return process_program(p)->common->oneshot && process_state(p) == PROCESS_EXITED && exit != NULL && exit->expected;
}

/* Whether it will do as it is: for those who require its program, or only come after it. */
static bool is_good_for(const struct process *p, bool required)
{
    enum process_state state = process_state(p);

    if (process_is_done(p))
        return true;
    if (state == PROCESS_RUNNING && !process_program(p)->common->oneshot)
        return true;
    return !process_wanted(p) ? !required || !process_program(p)->common->oneshot : !required && state == PROCESS_FATAL;
}

bool pool_is_missing(const struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++)
        if (process_wanted(pool->process[i]) || process_is_done(pool->process[i]))
            return false;
    return pool->count > 0;
}

static bool pool_is_good(const struct pool *pool, bool required)
{
    if (required && pool_is_missing(pool))
        return false;
    for (size_t i = 0; i < pool->count; i++)
        if (!is_good_for(pool->process[i], required))
            return false;
    return true;
}

bool supervisor_is_ready(struct supervisor *s, const struct program *program)
{
    return pool_is_good(supervisor_pool_of(s, program), true);
}

static bool has_one_that_stops(const struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++)
        if (process_state(pool->process[i]) == PROCESS_STOPPING)
            return true;
    return false;
}

/* Those who have left the plan stop in its order too. */
static bool leaves_before(const struct supervisor *s, const struct process *p, const struct program *dependent)
{
    for (size_t i = 0; i < s->leaving.count; i++) {
        const struct process *q = s->leaving.process[i];

        if (process_plan(q) == process_plan(p) && process_program(q) == dependent &&
            process_state(q) == PROCESS_STOPPING)
            return true;
    }
    return false;
}

bool supervisor_has_forerunner(const struct supervisor *s, const struct process *p)
{
    for (size_t i = 0; i < s->leaving.count; i++) {
        const struct process *q = s->leaving.process[i];

        if (q != p && process_index(q) == process_index(p) && !process_is_settled(q) &&
            strcmp(process_program(q)->name, process_program(p)->name) == 0)
            return true;
    }
    return false;
}

static bool blocks_start(const struct supervisor *s, const struct process *p, struct program *other)
{
    return !pool_is_good(&s->pools[other->position], order_requires(process_program(p), other));
}

static bool blocks_stop(const struct supervisor *s, const struct process *p, struct program *other)
{
    return (process_plan(p) == s->plan && has_one_that_stops(&s->pools[other->position])) || leaves_before(s, p, other);
}

size_t supervisor_blockers(struct supervisor *s, const struct process *p, struct program **out, size_t most)
{
    bool starts = process_state(p) == PROCESS_STARTING;
    struct plan *plan = process_plan(p);
    struct order_list list = starts ? order_needs(plan_order(plan), process_program(p)) : process_dependents(p);
    size_t count = 0;

    if (starts && plan != s->plan)
        return 0;
    for (size_t i = 0; i < list.count; i++) {
        struct program *other = plan->programs[list.program[i]];

        if (!(starts ? blocks_start(s, p, other) : blocks_stop(s, p, other)))
            continue;
        if (count < most)
            out[count] = other;
        count++;
    }
    return count;
}

void supervisor_waits_for(struct supervisor *s, const struct process *p, struct buffer *out)
{
    struct program *blocker[8];
    size_t count = supervisor_blockers(s, p, blocker, 8);

    if (s->survivors != NULL && process_state(p) == PROCESS_STARTING) {
        buffer_add_text(out, "those who are left from an earlier life of reeve");
        return;
    }
    if (count == 0)
        buffer_add_text(out, supervisor_has_forerunner(s, p) ? "the end of the one before it" : "its turn");
    for (size_t i = 0; i < count && i < 8; i++)
        buffer_addf(out, "%s%s", i > 0 ? ", " : "", blocker[i]->name);
    if (count > 8)
        buffer_addf(out, " and %zu more", count - 8);
}

/* -- in vain ---------------------------------------------------------------------------------------------------- */

/* What is known of each program already. */
enum hope { UNKNOWN, HOPE, IN_VAIN };

static bool is_hopeless(struct supervisor *s, const struct program *program, unsigned char *known);

/* Whether what waits for these may wait for ever: one of them is not on its way to be ready. */
static bool waits_in_vain(struct supervisor *s, const struct process *p, unsigned char *known)
{
    struct order_list list = order_needs(plan_order(s->plan), process_program(p));

    for (size_t i = 0; i < list.count; i++) {
        struct program *other = s->plan->programs[list.program[i]];

        if (blocks_start(s, p, other) && is_hopeless(s, other, known))
            return true;
    }
    return false;
}

/* Whether it will come to something by itself. */
static bool is_moving(struct supervisor *s, const struct process *p, unsigned char *known)
{
    if (!process_wanted(p) || process_state(p) == PROCESS_FATAL)
        return false;
    return process_state(p) != PROCESS_STARTING || !process_is_held(p) || !waits_in_vain(s, p, known);
}

static bool is_hopeless(struct supervisor *s, const struct program *program, unsigned char *known)
{
    const struct pool *pool = &s->pools[program->position];
    unsigned char *hope = &known[program->position];

    if (*hope == UNKNOWN) {
        *hope = IN_VAIN;
        for (size_t i = 0; i < pool->count && *hope == IN_VAIN; i++)
            if (is_moving(s, pool->process[i], known))
                *hope = HOPE;
    }
    return *hope == IN_VAIN;
}

/* What is required may still be started for it. */
static bool will_be_pulled(const struct supervisor *s)
{
    for (size_t i = 0; i < s->held_count; i++)
        if (s->held[i].pull != PULL_NOTHING)
            return true;
    return false;
}

bool supervisor_is_in_vain(struct supervisor *s, const struct process *p)
{
    unsigned char *known;
    bool vain;

    if (process_state(p) != PROCESS_STARTING || !process_is_held(p) || process_plan(p) != s->plan || will_be_pulled(s))
        return false;
    known = xcalloc(s->plan->program_count, sizeof *known);
    vain = waits_in_vain(s, p, known);
    free(known);
    return vain;
}
