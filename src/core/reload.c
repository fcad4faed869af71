/* From the plan in force to a new one: histories are carried over by name, and only what needs it is restarted. */
#include "base/log.h"
#include "base/xalloc.h"
#include "core/herald.h"
#include "core/reload_report.h"
#include "os/snapshot.h"
#include "supervisor_private.h"

#include <stdlib.h>
#include <string.h>

/* How many there are from now on: the number of the file where that has changed; else the number that they were scaled
 * to, within bounds that are new. */
static int count_after(struct pool *pool, const struct plan_difference *d)
{
    bool same_bounds = d->before->common->min_procs == d->after->common->min_procs &&
                       d->before->common->max_procs == d->after->common->max_procs;

    if (d->count) {
        pool->scaled = pool->parked = false;
        return d->after->common->numprocs;
    }
    if (!pool->scaled)
        return (int)pool->count;
    return supervisor_bounded(d->after, (int)pool->count, same_bounds || pool->parked);
}

/* Nobody has said a word of it yet, and now the file does. */
static bool is_to_start(const struct process *p, const struct plan_difference *d)
{
    return !d->before->common->autostart && d->after->common->autostart && d->after->common->scope == SCOPE_MACHINE &&
           process_state(p) == PROCESS_STOPPED && process_last_exit(p) == NULL && !process_wish_is_kept(p);
}

/* Processes that join others are wanted as those are; where nobody is, or all have ended by themselves, as the file
 * says. */
static bool is_up(const struct pool *pool)
{
    if (pool_is_wanted(pool))
        return true;
    for (size_t i = 0; i < pool->count; i++)
        if (process_state(pool->process[i]) == PROCESS_STOPPED || process_state(pool->process[i]) == PROCESS_STOPPING)
            return false;
    return pool->program->common->autostart;
}

static void adopt_all(struct pool *pool, const struct plan_difference *d)
{
    pool->program = d->after;
    for (size_t i = 0; i < pool->count; i++)
        process_adopt(pool->process[i], d->after);
    if (d->before->common->first_index != d->after->common->first_index)
        pool_name_processes(pool);
}

/* What reeve does with a process goes by the new settings, so it can be left behind only if they are about the same
 * kind of process, found in the same place. */
static bool can_run_on(const struct plan_difference *d)
{
    static const char *const kinds[] = { "detached", "pidfile", "forks", "scope" };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (words_have(&d->settings, kinds[i]))
            return false;
    return program_is_worker(d->before) == program_is_worker(d->after);
}

/* A program that its processes survive in: they follow the new settings from now on. */
static void take_over(struct supervisor *s, struct pool *pool, struct pool *old, const struct plan_difference *d,
                      bool rolling)
{
    void (*restart)(struct process * p) = rolling && can_run_on(d) ? process_restart_later : process_restart;
    int count;

    pool_move(pool, old);
    adopt_all(pool, d);
    for (size_t i = 0; i < pool->count; i++) {
        struct process *p = pool->process[i];

        if (is_to_start(p, d))
            supervisor_start_soon(s, p);
        else if (!process_wanted(p))
            continue;
        else if (d->restart || (d->outdated && process_is_outdated(p, d->after, NULL)))
            restart(p);
        else if (d->change == PLAN_CHANGED && process_state(p) == PROCESS_FATAL)
            process_start(p);
        else if (process_state(p) == PROCESS_BACKOFF)
            process_judge_again(p, d->before);
        else
            process_renew(p);
    }
    count = count_after(pool, d);
    if (d->count || (size_t)count != pool->count) {
        supervisor_touch_pool(s, pool);
        supervisor_resize(s, pool, (size_t)count, is_up(pool));
    }
}

static void remove_program(struct supervisor *s, struct pool *old)
{
    while (old->count > 0)
        supervisor_let_go(s, pool_shrink(old));
    snapshot_drop(s->snapshot, &old->entry);
    pool_free(old);
}

static void release(void *plan)
{
    plan_release(plan);
}

static void apply(struct supervisor *s, struct plan *plan, const struct plan_comparison *c, bool rolling)
{
    struct plan *before = s->plan;
    struct pool *old = s->pools;

    s->plan = plan;
    s->lives.quiet = false;
    supervisor_keep_plan(s, plan);
    s->pools = xcalloc(plan->program_count + 1, sizeof *s->pools);
    for (size_t i = 0; i < c->count; i++) {
        const struct plan_difference *d = &c->difference[i];

        if (d->change == PLAN_ADDED)
            supervisor_fill_pool(s, &s->pools[d->after->position], d->after);
        else if (d->change == PLAN_REMOVED)
            remove_program(s, &old[d->before->position]);
        else
            take_over(s, &s->pools[d->after->position], &old[d->before->position], d, rolling);
    }
    free(old);
    supervisor_look_again(s);
    supervisor_wishes_changed(s);
    spares_follow_plan(s);
    if (s->upward.applied != NULL)
        s->upward.applied(s->upward.arg, before, plan);
    loop_later(s->loop, release, before); /* events that are still to be told name its programs */
}

static void refuse(struct supervisor *s, const struct problems *problems)
{
    struct buffer text = { 0 };
    size_t count = problems_count(problems);

    problems_print(problems, &text);
    log_error("reload refused, the old plan runs on: %zu problem%s", count, count == 1 ? "" : "s");
    problems_log(problems);
    bus_publish(s->bus, &(struct event){ .kind = EVENT_RELOAD_FAILED, .text = text.data });
    buffer_free(&text);
}

/* What a plan needs of the world before it can be applied: its control port, and its sockets, which are open then. */
static bool prepare(struct supervisor *s, const struct plan *plan, struct problems *problems)
{
    if (s->may_listen != NULL && !s->may_listen(s->may_listen_arg, plan, problems))
        return false;
    return sockets_follow(s->sockets, plan, problems);
}

/* A plan that can be applied, or NULL with the problems. */
static struct plan *load(struct supervisor *s, bool dry_run, struct problems *problems)
{
    struct plan *plan = s->upward.load(s->upward.arg, problems);

    if (plan != NULL && (dry_run || prepare(s, plan, problems))) {
        plan_anchor(plan);
        return plan;
    }
    plan_release(plan);
    if (!dry_run)
        refuse(s, problems);
    return NULL;
}

static void find_outdated(const struct pool *pool, struct plan_difference *d)
{
    for (size_t i = 0; i < pool->count; i++)
        if (process_wanted(pool->process[i]) && process_is_outdated(pool->process[i], d->after, &d->settings))
            d->outdated = true;
    if (d->outdated)
        d->change = PLAN_CHANGED;
}

/* What the plans do not say: who has ended for good, or was stopped, is not started by a change; and functions may
 * compute something else than before. */
static void ask_processes(const struct supervisor *s, struct plan_comparison *c)
{
    for (size_t i = 0; i < c->count; i++) {
        struct plan_difference *d = &c->difference[i];
        const struct pool *pool = d->before != NULL ? &s->pools[d->before->position] : NULL;

        d->restart = d->restart && pool_is_wanted(pool);
        if (d->before != NULL && d->after != NULL && !d->restart)
            find_outdated(pool, d);
    }
}

static void log_report(const struct reload_report *report)
{
    struct buffer line = { 0 };

    reload_report_sum_up(report, &line);
    log_notice("reloaded: %s", line.data);
    buffer_free(&line);
}

static void publish_report(struct supervisor *s, const struct reload_report *report)
{
    struct buffer list = { 0 };

    reload_report_print(report, &list);
    bus_publish(s->bus, &(struct event){ .kind = EVENT_RELOAD, .text = list.data });
    buffer_free(&list);
}

static bool load_and_apply(struct supervisor *s, enum reload_mode mode, struct reload_report *report,
                           struct problems *problems)
{
    struct plan *plan = load(s, mode == RELOAD_DRY_RUN, problems);

    if (plan == NULL)
        return false;
    reload_report_make(report, s->plan, plan);
    ask_processes(s, &report->programs);
    if (mode == RELOAD_DRY_RUN) {
        plan_release(plan);
        return true;
    }
    log_report(report);
    apply(s, plan, &report->programs, mode == RELOAD_ROLLING);
    publish_report(s, report);
    return true;
}

bool supervisor_reload(struct supervisor *s, enum reload_mode mode, struct reload_report *report,
                       struct problems *problems)
{
    bool good;

    if (mode == RELOAD_DRY_RUN)
        return !s->shutdown.begun && load_and_apply(s, mode, report, problems);
    if (s->shutdown.begun) {
        log_error("reload refused: reeve is stopping");
        return false;
    }
    herald_reloading();
    good = load_and_apply(s, mode, report, problems);
    herald_reloaded();
    return good;
}
