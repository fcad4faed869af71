#include "modules/gearman.h"

#include "base/json.h"
#include "base/log.h"
#include "core/organ.h"
#include "gearman_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REMOVALS_LIMIT = 2000 };

static struct {
    struct supervisor *supervisor; /* NULL: it is not open */
    struct listener *listener;
    TAILQ_HEAD(, crew) crews; /* in the order of the file; those that leave are behind them */
    size_t count;             /* of those that do not leave */
    bool stopping;
    struct timer *limit; /* of the stop */
    loop_fn *done;       /* once nobody is left */
    void *arg;
} all = { .crews = TAILQ_HEAD_INITIALIZER(all.crews) };

/* ---- plans ------------------------------------------------------------------------------------- */

static void leave(struct crew *c)
{
    TAILQ_REMOVE(&all.crews, c, link);
    TAILQ_INSERT_TAIL(&all.crews, c, link);
    all.count--;
    crew_leave(c);
}

static void add(const struct crew_settings *settings)
{
    struct crew *c = crew_new(all.supervisor, settings), *after = TAILQ_FIRST(&all.crews);

    for (size_t i = 0; i < all.count; i++)
        after = TAILQ_NEXT(after, link);
    if (after != NULL)
        TAILQ_INSERT_BEFORE(after, c, link);
    else
        TAILQ_INSERT_TAIL(&all.crews, c, link);
    all.count++;
}

/* Crews are known by their place in the file. */
static void follow_plan(const struct plan *plan)
{
    static const struct crews_settings nothing;
    const struct crews_settings *now = annex_find(plan->annexes, &crews_key);
    struct crew *c = TAILQ_FIRST(&all.crews), *next;
    size_t before = all.count;

    if (now == NULL)
        now = &nothing;
    for (size_t i = 0; i < before; i++, c = next) {
        next = TAILQ_NEXT(c, link);
        if (i < now->count)
            crew_follow(c, &now->item[i]);
        else
            leave(c);
    }
    for (size_t i = before; i < now->count; i++)
        add(&now->item[i]);
}

static void refresh(const char *why)
{
    struct crew *c = TAILQ_FIRST(&all.crews);

    for (size_t i = 0; i < all.count; i++, c = TAILQ_NEXT(c, link)) {
        log_info("gearman: asking for the functions again: %s", why);
        crew_refresh(c);
    }
}

static void on_event(const struct event *event, void *arg)
{
    (void)arg;
    if (all.stopping)
        return;
    if (event->kind == EVENT_RELOAD)
        follow_plan(supervisor_plan(all.supervisor));
    else if (event->kind == EVENT_REFRESH)
        refresh(event->text != NULL ? event->text : "refresh");
}

/* ---- what is shown ----------------------------------------------------------------------------- */

static void show_ability(const struct ability *a, organ_line_fn *fn, void *arg)
{
    struct buffer description = { 0 };
    char name[PACKET_NAME_MOST + 16];

    snprintf(name, sizeof name, "gearman:%s", a->definition.name);
    ability_describe(a, &description);
    fn(&(struct organ_line){ name, ability_state(a), description.data }, arg);
    buffer_free(&description);
}

/* One whose list is missing. */
static void show_crew(const struct crew *c, organ_line_fn *fn, void *arg)
{
    struct buffer text = { 0 };

    if (c->why.text[0] == '\0')
        return;
    buffer_addf(&text, "no list of functions: %s", c->why.text);
    fn(&(struct organ_line){ "gearman", "BACKOFF", text.data }, arg);
    buffer_free(&text);
}

static void each_line(organ_line_fn *fn, void *arg)
{
    const struct ability *a;
    const struct crew *c;

    TAILQ_FOREACH(c, &all.crews, link)
    {
        show_crew(c, fn, arg);
        TAILQ_FOREACH(a, &c->abilities, link)
        {
            show_ability(a, fn, arg);
        }
    }
}

void gearman_each(gearman_each_fn *fn, void *arg)
{
    const struct ability *a;
    const struct crew *c;

    TAILQ_FOREACH(c, &all.crews, link)
    {
        TAILQ_FOREACH(a, &c->abilities, link)
        {
            fn(a, arg);
        }
    }
}

bool gearman_has_abilities(void)
{
    const struct crew *c;

    TAILQ_FOREACH(c, &all.crews, link)
    {
        if (!TAILQ_EMPTY(&c->abilities))
            return true;
    }
    return false;
}

static void print_ability(const struct ability *a, struct buffer *json)
{
    struct buffer description = { 0 };
    msec timeout = ability_timeout(a);

    ability_describe(a, &description);
    json_open_object(json);
    json_key(json, "name");
    json_text(json, a->definition.name);
    json_key(json, "state");
    json_text(json, ability_state(a));
    json_key(json, "running");
    json_int(json, a->busy);
    json_key(json, "limit");
    json_int(json, a->definition.concurrency);
    json_key(json, "done");
    json_int(json, (long long)a->done);
    json_key(json, "failed");
    json_int(json, (long long)a->failed);
    json_key(json, "lost");
    json_int(json, (long long)a->lost);
    json_key(json, "executor");
    json_text(json, a->definition.executor);
    json_key(json, "timeout");
    if (timeout > 0)
        json_double(json, (double)timeout / 1000);
    else
        json_none(json);
    json_key(json, "description");
    json_text(json, description.data);
    json_close_object(json);
    buffer_free(&description);
}

struct printing {
    organ_wants_fn *wants;
    void *arg;
    struct buffer *json;
};

static void print_if_wanted(const struct ability *a, void *arg)
{
    const struct printing *p = arg;
    char name[PACKET_NAME_MOST + 16];

    snprintf(name, sizeof name, "gearman:%s", a->definition.name);
    if (p->wants(name, p->arg))
        print_ability(a, p->json);
}

static void print(organ_wants_fn *wants, void *arg, struct buffer *json)
{
    struct printing p = { wants, arg, json };

    json_open_array(json);
    gearman_each(print_if_wanted, &p);
    json_close_array(json);
}

/* ---- the end ----------------------------------------------------------------------------------- */

static void on_nobody_left(void *arg)
{
    loop_fn *done = all.done;

    (void)arg;
    timer_stop(&all.limit);
    all.done = NULL;
    if (done != NULL)
        done(all.arg);
}

void gearman_forget(struct crew *c)
{
    TAILQ_REMOVE(&all.crews, c, link);
    if (all.stopping && TAILQ_EMPTY(&all.crews))
        loop_later(supervisor_loop(all.supervisor), on_nobody_left, NULL);
}

static void kill_all(void)
{
    struct crew *c, *next;

    for (c = TAILQ_FIRST(&all.crews); c != NULL; c = next) {
        next = TAILQ_NEXT(c, link);
        crew_kill(c);
    }
}

static void on_limit(void *arg)
{
    (void)arg;
    all.limit = NULL;
    log_warning("gearman: jobs that still run are given up, the server gives them to others");
    kill_all();
}

static msec stoptime(void)
{
    const struct crew *c;
    msec longest = 0;

    TAILQ_FOREACH(c, &all.crews, link)
    {
        if (c->settings.stoptime > longest)
            longest = c->settings.stoptime;
    }
    return longest;
}

static bool stop(msec limit, loop_fn *done, void *arg)
{
    struct crew *c, *next;
    msec own = stoptime();

    if (TAILQ_EMPTY(&all.crews))
        return false;
    all.stopping = true;
    all.done = done;
    all.arg = arg;
    all.limit = timer_start(supervisor_loop(all.supervisor), own < limit ? own : limit, on_limit, NULL);
    for (c = TAILQ_FIRST(&all.crews); c != NULL; c = next) {
        next = TAILQ_NEXT(c, link);
        crew_leave(c);
    }
    return true;
}

/* ---- a life ------------------------------------------------------------------------------------ */

static const struct organ organ = {
    .name = "gearman", .key = "functions", .each_line = each_line, .print = print, .stop = stop, .kill = kill_all
};

void gearman_register(void)
{
    library_register();
}

void gearman_open(struct supervisor *s)
{
    all.supervisor = s;
    all.stopping = false;
    organ_add(&organ);
    gearman_count();
    all.listener = bus_listen(supervisor_bus(s), on_event, NULL);
    follow_plan(supervisor_plan(s));
}

/* Whoever is still there was killed, and its children are reaped with everybody's. */
void gearman_close(void)
{
    if (all.supervisor == NULL)
        return;
    kill_all();
    job_finish_removals(REMOVALS_LIMIT);
    timer_stop(&all.limit);
    bus_unlisten(&all.listener);
    organ_remove(&organ);
    all.supervisor = NULL;
    all.done = NULL;
    all.count = 0;
}
