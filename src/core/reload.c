/* From the plan in force to a new one: histories are carried over by name, and only what needs it is restarted. */
#include "base/log.h"
#include "base/xalloc.h"
#include "core/herald.h"
#include "os/clock.h"
#include "os/snapshot.h"
#include "supervisor_private.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT_TOLD = 5, OTHERS_TOLD = 50 };

static void print_list(const struct supervisor *s, const struct plan_comparison *c, struct buffer *list)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct plan_difference *d = &c->difference[i];
        /* Who has ended for good, or was stopped, is not started by a change. */
        bool restart = d->restart && pool_is_wanted(&s->pools[d->before->position]);

        buffer_addf(list, "%s: %s", plan_change_name(d->change), d->name);
        for (size_t k = 0; k < d->settings.count; k++)
            buffer_addf(list, "%s%s", k == 0 ? " (" : ", ", d->settings.word[k]);
        if (d->settings.count > 0)
            buffer_add_text(list, restart ? "; restart)" : ")");
        buffer_add_char(list, '\n');
    }
}

/* What reeve itself is by now, and cannot become any more. */
static void list_next_start(const struct supervisor_settings *before, const struct supervisor_settings *now,
                            struct buffer *list)
{
    const char *separator = RELOAD_NEXT_START;

    for (size_t i = 0; i < supervisor_record.count; i++) {
        const struct setting *s = &supervisor_record.settings[i];

        if (s->change != CHANGE_NEXT_START || setting_equal(s, before, now))
            continue;
        buffer_addf(list, "%s%s", separator, s->name);
        separator = ", ";
    }
    if (*separator == ',')
        buffer_add_char(list, '\n');
}

/* How many there are from now on: the number of the file where that has changed; else the number that they were scaled
 * to, within bounds that are new. */
static int count_after(struct pool *pool, const struct plan_difference *d)
{
    bool same_bounds = d->before->common->min_procs == d->after->common->min_procs &&
                       d->before->common->max_procs == d->after->common->max_procs;

    if (d->count) {
        pool->scaled = false;
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

/* A program that its processes survive in: they follow the new settings from now on. */
static void take_over(struct supervisor *s, struct pool *pool, const struct pool *old, const struct plan_difference *d)
{
    int count;

    *pool = *old;
    pool->program = d->after;
    for (size_t i = 0; i < pool->count; i++) {
        struct process *p = pool->process[i];

        process_adopt(p, s->plan, d->after);
        if (is_to_start(p, d))
            supervisor_start_soon(s, p);
        else if (!process_wanted(p))
            continue;
        else if (d->restart || process_is_outdated(p))
            process_restart(p);
        else if (d->change == PLAN_CHANGED && process_state(p) == PROCESS_FATAL)
            process_start(p);
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

static void apply(struct supervisor *s, struct plan *plan, const struct plan_comparison *c)
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
            take_over(s, &s->pools[d->after->position], &old[d->before->position], d);
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
    size_t count = problems->count + problems->untold;

    problems_print(problems, &text);
    log_error("reload refused, the old plan runs on: %zu problem%s", count, count == 1 ? "" : "s");
    for (const char *line = text.data, *end; line != NULL && *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        log_error("%.*s", (int)(end - line), line);
    }
    bus_publish(s->bus, &(struct event){ .kind = EVENT_RELOAD_FAILED, .text = text.data, .at = clock_wall() });
    buffer_free(&text);
}

/* Each by its name, as long as they are few; of thousands that are kept nobody wants the names. */
static void add_names(const struct plan_comparison *c, struct buffer *line)
{
    size_t told[PLAN_CHANGES] = { 0 };

    for (size_t i = 0; i < c->count; i++) {
        enum plan_change change = c->difference[i].change;

        if (told[change]++ < (change == PLAN_KEPT ? KEPT_TOLD : OTHERS_TOLD))
            buffer_addf(line, "%s%s %s", line->length > 0 ? ", " : "", plan_change_name(change), c->difference[i].name);
    }
    for (int change = 0; change < PLAN_CHANGES; change++) {
        size_t most = change == PLAN_KEPT ? KEPT_TOLD : OTHERS_TOLD;

        if (told[change] > most)
            buffer_addf(line, ", %s %zu more", plan_change_name(change), told[change] - most);
    }
}

static void log_list(const struct plan_comparison *c, const struct buffer *list)
{
    const char *next_start = list->length > 0 ? strstr(list->data, RELOAD_NEXT_START) : NULL;
    struct buffer line = { 0 };

    add_names(c, &line);
    if (line.length == 0)
        buffer_add_text(&line, "there is no program");
    if (next_start != NULL)
        buffer_addf(&line, "; %.*s", (int)strcspn(next_start, "\n"), next_start);
    log_notice("reloaded: %s", line.data);
    buffer_free(&line);
}

/* What a plan needs of the world before it can be applied: its control port, and its sockets, which are open then. */
static bool prepare(struct supervisor *s, const struct plan *plan, struct problems *problems)
{
    if (s->may_listen != NULL && !s->may_listen(s->may_listen_arg, plan, problems))
        return false;
    return sockets_follow(s->sockets, plan, problems);
}

static bool load_and_apply(struct supervisor *s, bool dry_run, struct buffer *list, struct problems *problems)
{
    struct plan_comparison c;
    struct plan *plan;

    if (s->shutdown.begun || s->upward.load == NULL)
        return problems_add(problems, NULL, 0, "reeve is stopping: there is nothing to reload");
    plan = s->upward.load(s->upward.arg, problems);
    if (plan != NULL && !dry_run && !prepare(s, plan, problems)) {
        plan_release(plan);
        plan = NULL;
    }
    if (plan == NULL) {
        if (!dry_run)
            refuse(s, problems);
        return false;
    }
    plan_anchor(plan);
    plan_compare(s->plan, plan, &c);
    print_list(s, &c, list);
    list_next_start(&s->plan->settings, &plan->settings, list);
    if (dry_run) {
        plan_release(plan);
    } else {
        log_list(&c, list);
        apply(s, plan, &c);
        bus_publish(s->bus, &(struct event){ .kind = EVENT_RELOAD, .text = list->data, .at = clock_wall() });
    }
    plan_comparison_free(&c);
    return true;
}

bool supervisor_reload(struct supervisor *s, bool dry_run, struct buffer *list, struct problems *problems)
{
    bool good;

    herald_reloading();
    good = load_and_apply(s, dry_run, list, problems);
    herald_reloaded();
    return good;
}
