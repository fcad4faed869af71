/* Programs with `spare_procs`: so many of their workers are idle, neither fewer nor more, as far as min_procs and
 * max_procs let them. Whoever is not known to be busy counts as idle, also one that is about to start or has failed: a
 * body that crashes must not make us start more and more of them. */
#include "base/log.h"
#include "core/bus.h"
#include "supervisor_private.h"

/* A pool that nobody wants up stays down: a user has stopped it, or WINCH has parked it. */
static bool is_up(const struct pool *pool)
{
    return !pool->parked && (pool->count > 0 ? pool_is_wanted(pool) : pool->program->common->autostart);
}

static int count_idle(const struct pool *pool)
{
    int idle = 0;

    for (size_t i = 0; i < pool->count; i++)
        idle += !process_is_busy(pool->process[i]);
    return idle;
}

/* How many there should be. */
static int wish(const struct pool *pool, int idle)
{
    const struct program *program = pool->program;
    int count = (int)pool->count;

    if (idle < program->common->spare_procs.min)
        count += program->common->spare_procs.min - idle;
    else if (idle > program->common->spare_procs.max)
        count -= idle - program->common->spare_procs.max;
    if (program->common->max_procs > 0 && count > program->common->max_procs)
        count = program->common->max_procs;
    if (count > PROCESSES_MOST)
        count = PROCESSES_MOST;
    return count < program->common->min_procs ? program->common->min_procs : count;
}

static struct process *oldest_idle(const struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++)
        if (!process_is_busy(pool->process[i]))
            return pool->process[i];
    return NULL;
}

static void tell(struct supervisor *s, const struct pool *pool, size_t before, int idle)
{
    struct buffer text = { 0 };

    buffer_addf(&text, "%s scaled from %zu to %zu: %d of them were idle", pool->program->name, before, pool->count,
                idle);
    log_notice("%s", text.data);
    bus_publish(s->bus, &(struct event){ .kind = EVENT_SCALE, .program = pool->program, .text = text.data });
    buffer_free(&text);
}

static void adjust(struct supervisor *s, struct pool *pool)
{
    int idle = count_idle(pool);
    int count = wish(pool, idle);
    size_t before = pool->count;
    struct process *p;

    if (count > (int)before)
        supervisor_resize(s, pool, (size_t)count, true);
    while ((int)pool->count > count && (p = oldest_idle(pool)) != NULL)
        supervisor_dismiss(s, pool, p);
    if (pool->count == before)
        return;
    pool->scaled = true;
    tell(s, pool, before, idle);
}

static void look(void *arg)
{
    struct supervisor *s = arg;

    s->looking_at_spares = false;
    for (size_t i = 0; !s->shutdown.begun && i < s->plan->program_count; i++)
        if (s->pools[i].program->common->spare_procs.max > 0 && is_up(&s->pools[i]))
            adjust(s, &s->pools[i]);
}

void supervisor_look_at_spares(struct supervisor *s)
{
    if (!s->has_spares || s->looking_at_spares || s->shutdown.begun)
        return;
    s->looking_at_spares = true;
    loop_later(s->loop, look, s);
}

void spares_follow_plan(struct supervisor *s)
{
    s->has_spares = false;
    for (size_t i = 0; i < s->plan->program_count; i++)
        if (s->plan->programs[i]->common->spare_procs.max > 0)
            s->has_spares = true;
    supervisor_look_at_spares(s);
}

void spares_on_bell(void *supervisor)
{
    supervisor_look_at_spares(supervisor);
}
