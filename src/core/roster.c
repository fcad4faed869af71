/* Which processes there are: they come with a plan or by scaling, and go when they have stopped. */
#include "base/log.h"
#include "base/xalloc.h"
#include "keep.h"
#include "os/clock.h"
#include "supervisor_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    START_SLICE = 20, /* milliseconds of starting processes before the loop gets a turn */
    MANY = 100,       /* starts at once leave memory behind that is worth giving back */
    TRIM_AFTER = 250  /* when the events of the last ones have been told */
};

void process_list_add(struct process_list *l, struct process *p)
{
    if (l->count == l->capacity) {
        l->capacity = l->capacity > 0 ? l->capacity * 2 : 16;
        l->process = xrealloc(l->process, l->capacity * sizeof(struct process *));
    }
    l->process[l->count++] = p;
}

void process_list_remove(struct process_list *l, const struct process *p)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->process[i] == p) {
            l->count--;
            memmove(&l->process[i], &l->process[i + 1], (l->count - i) * sizeof(struct process *));
            return;
        }
}

/* Ids only grow, so `all` is sorted by them. */
struct process *supervisor_process(const struct supervisor *s, unsigned id)
{
    size_t low = 0, high = s->all.count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (process_id(s->all.process[middle]) < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->all.count && process_id(s->all.process[low]) == id ? s->all.process[low] : NULL;
}

struct pool *supervisor_pool_of(const struct supervisor *s, const struct program *program)
{
    unsigned i = program->position;

    return s->plan != NULL && i < s->plan->program_count && s->plan->programs[i] == program ? &s->pools[i] : NULL;
}

static struct process *add_process(struct supervisor *s, struct pool *pool)
{
    struct process *p = pool_grow(pool, s);

    process_list_add(&s->all, p);
    return p;
}

static void trim(void *arg)
{
    struct supervisor *s = arg;

    s->trim = NULL;
    xtrim();
}

static void start_some(void *arg)
{
    struct supervisor *s = arg;
    msec until = clock_now() + START_SLICE;

    while (s->started_so_far < s->to_start.count) {
        struct process *p = s->to_start.process[s->started_so_far++];

        if (p != NULL && process_wanted(p) && !supervisor_is_ending(s))
            process_start(p); /* the wish is older than that */
        if (clock_now() >= until && s->started_so_far < s->to_start.count) {
            loop_later(s->loop, start_some, s);
            return;
        }
    }
    if (s->to_start.count >= MANY && s->trim == NULL)
        s->trim = timer_start(s->loop, TRIM_AFTER, trim, s);
    free(s->to_start.process);
    s->to_start = (struct process_list){ 0 };
    s->started_so_far = 0;
    s->starting = false;
}

void supervisor_start_soon(struct supervisor *s, struct process *p)
{
    process_want(p);
    process_list_add(&s->to_start, p);
    if (!s->starting) {
        s->starting = true;
        loop_later(s->loop, start_some, s);
    }
}

/* A detached one may be there already, though a user stopped it at the very end of the last life. */
static void begin(struct supervisor *s, struct process *p)
{
    const struct program *program = process_program(p);
    bool found = program->common->detached && process_recover(p);
    bool wanted = desired_up(s->desired, program, process_index(p));

    if (s->visits)
        return;
    if (found && !wanted && program->common->autostart)
        process_stop(p);
    else if (!found && wanted && program->common->scope == SCOPE_MACHINE)
        supervisor_start_soon(s, p);
    if (wanted != program->common->autostart)
        process_keep_wish(p);
}

/* The first processes of a program. */
void supervisor_fill_pool(struct supervisor *s, struct pool *pool, struct program *program)
{
    bool scaled = false;
    int count = supervisor_bounded(program, desired_count(s->desired, program, &scaled), true);

    pool->scaled = pool->kept = scaled;
    pool->program = program;
    for (int i = 0; i < count; i++)
        add_process(s, pool);
    pool_name_processes(pool);
    for (size_t i = 0; i < pool->count; i++)
        begin(s, pool->process[i]);
}

void supervisor_let_go_again(struct supervisor *s, struct process *p)
{
    process_let_go(p);
    process_list_add(&s->leaving, p);
}

void supervisor_let_go(struct supervisor *s, struct process *p)
{
    supervisor_let_go_again(s, p);
    bus_publish(s->bus, &(struct event){ .kind = EVENT_GONE, .process = p });
    process_stop(p);
    supervisor_look_again(s); /* nobody waits for it any more */
    if (process_is_settled(p))
        supervisor_sweep_soon(s);
}

void supervisor_process_changed(struct supervisor *s, struct process *p, bool settled)
{
    if (process_state(p) == PROCESS_RUNNING)
        supervisor_came_back(s, p);
    supervisor_look_again(s);
    supervisor_look_at_spares(s);
    if (settled && s->leaving.count > 0)
        supervisor_sweep_soon(s);
    if (settled && s->shutdown.begun)
        shutdown_settled(s, p);
}

void supervisor_resize(struct supervisor *s, struct pool *pool, size_t count, bool up)
{
    bool kept = pool->count > 0 && process_wish_is_kept(pool->process[0]);

    while (pool->count > count)
        supervisor_let_go(s, pool_shrink(pool));
    while (pool->count < count) {
        struct process *p = add_process(s, pool);

        if (up)
            supervisor_start_soon(s, p);
        else if (kept)
            process_keep_wish(p);
    }
    pool_name_processes(pool);
}

void supervisor_dismiss(struct supervisor *s, struct pool *pool, struct process *p)
{
    pool_remove(pool, p);
    supervisor_let_go(s, p);
    pool_name_processes(pool);
}

static bool is_moving(const struct process *p)
{
    return process_state(p) == PROCESS_STARTING || process_state(p) == PROCESS_STOPPING;
}

bool supervisor_is_settled(struct supervisor *s)
{
    if (s->starting)
        return false;
    for (size_t i = 0; i < s->all.count; i++)
        if (is_moving(s->all.process[i]) && !supervisor_is_in_vain(s, s->all.process[i]))
            return false;
    return true;
}

int supervisor_bounded(const struct program *program, int count, bool ignore_bounds)
{
    if (!ignore_bounds && program->common->max_procs > 0 && count > program->common->max_procs)
        count = program->common->max_procs;
    if (!ignore_bounds && count < program->common->min_procs)
        count = program->common->min_procs;
    if (program->pidfile != NULL && count > 1) /* one file names one process */
        count = 1;
    return count > 0 ? count : 0;
}

int supervisor_scale(struct supervisor *s, struct program *program, int count, bool ignore_bounds)
{
    struct pool *pool = supervisor_pool_of(s, program);
    struct buffer text = { 0 };
    int asked = count;

    assert(pool != NULL);
    count = supervisor_bounded(program, count, ignore_bounds);
    if (asked <= (int)pool->count && count > (int)pool->count) /* parked: to ask for fewer starts none */
        return (int)pool->count;
    pool->parked = ignore_bounds && count == 0;
    supervisor_touch_pool(s, pool);
    if ((size_t)count != pool->count) {
        buffer_addf(&text, "%s scaled from %zu to %d", program->name, pool->count, count);
        log_notice("%s", text.data);
        pool->scaled = true;
        pool->kept = false;
        supervisor_resize(s, pool, (size_t)count, true);
        supervisor_wishes_changed(s);
        bus_publish(s->bus, &(struct event){ .kind = EVENT_SCALE, .program = program, .text = text.data });
        buffer_free(&text);
    }
    return count;
}

int supervisor_scale_by(struct supervisor *s, struct program *program, int step, bool ignore_bounds)
{
    int now = supervisor_count(s, program);
    int count = supervisor_bounded(program, now + step, ignore_bounds);

    if ((step <= 0 && count > now) || (step >= 0 && count < now))
        return supervisor_scale(s, program, now, true);
    return supervisor_scale(s, program, count, ignore_bounds);
}

void supervisor_keep_count(struct supervisor *s, const struct program *program)
{
    struct pool *pool = supervisor_pool_of(s, program);

    pool->kept = true;
    supervisor_wishes_changed(s);
}

int supervisor_count(const struct supervisor *s, const struct program *program)
{
    const struct pool *pool = supervisor_pool_of(s, program);

    return pool != NULL ? (int)pool->count : 0;
}

int supervisor_busy(const struct supervisor *s, const struct program *program)
{
    const struct pool *pool = supervisor_pool_of(s, program);
    int busy = 0;

    for (size_t i = 0; pool != NULL && i < pool->count; i++)
        busy += process_is_busy(pool->process[i]);
    return busy;
}

struct program *supervisor_pool(const struct supervisor *s)
{
    const struct plan *plan = s->plan;

    if (plan->settings.pool != NULL)
        return plan_find(plan, plan->settings.pool);
    return plan->program_count == 1 ? plan->programs[0] : NULL;
}
