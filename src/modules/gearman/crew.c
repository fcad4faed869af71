/* The functions of one call of supervise { … }, and how they follow their list.
 *
 *           refresh              the list              all executors have answered
 *   IDLE -----------> LISTING ------------> ASKING ------------------------------------> IDLE
 *     ^                  |
 *     +------------------+  no list: what there is goes on, and it is tried again
 *
 * A refresh that is wanted while one is under way follows it. */
#include "gearman_private.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "core/policy.h"
#include "os/clock.h"
#include "os/user_cache.h"

#include <stdlib.h>
#include <string.h>

enum { PROVIDER_LIMIT = 60 * 1000 };

static const struct backoff retry = { .first = 1000, .max = 60 * 1000, .factor = 2, .jitter = 0.1 };

struct loop *crew_loop(const struct crew *c)
{
    return supervisor_loop(c->supervisor);
}

struct ability *crew_find(const struct crew *c, const char *name)
{
    struct ability *a;

    TAILQ_FOREACH(a, &c->abilities, link)
    {
        if (!a->leaving && strcmp(a->definition.name, name) == 0)
            return a;
    }
    return NULL;
}

/* ---- the next refresh -------------------------------------------------------------------------- */

static void on_due(void *arg)
{
    struct crew *c = arg;

    c->timer = NULL;
    crew_refresh(c);
}

static void wait_for_next(struct crew *c)
{
    msec delay = c->settings.reload_interval;

    timer_stop(&c->timer);
    if (c->failures > 0)
        delay = backoff_delay(&retry, c->failures, clock_random());
    if (delay > 0 && !c->leaving)
        c->timer = timer_start(crew_loop(c), delay, on_due, c);
}

static void become_idle(struct crew *c)
{
    c->state = CREW_IDLE;
    if (c->again)
        crew_refresh(c);
    else
        wait_for_next(c);
}

/* ---- following a list -------------------------------------------------------------------------- */

static void follow_list(struct crew *c, const struct definitions *d)
{
    struct ability *a, *next;

    TAILQ_FOREACH(a, &c->abilities, link)
    {
        a->kept = false;
    }
    for (size_t i = 0; i < d->count; i++) {
        a = crew_find(c, d->item[i].name);
        if (a == NULL)
            a = ability_new(c, &d->item[i]);
        else
            ability_follow(a, &d->item[i]);
        a->kept = true;
    }
    for (a = TAILQ_FIRST(&c->abilities); a != NULL; a = next) {
        next = TAILQ_NEXT(a, link);
        if (!a->kept && !a->leaving)
            ability_leave(a);
    }
}

static void on_capable(struct definitions *d, void *arg)
{
    struct crew *c = arg;

    c->caps = NULL;
    follow_list(c, d);
    definitions_free(d);
    become_idle(c);
}

/* Those of no concurrency are switched off. */
static void ask_executors(struct crew *c, const struct definitions *d)
{
    struct definitions wanted = { .item = xcalloc(d->count + 1, sizeof *wanted.item) };

    for (size_t i = 0; i < d->count; i++)
        if (d->item[i].concurrency > 0)
            record_copy(&wanted.item[wanted.count++], &d->item[i]);
    c->state = CREW_ASKING;
    c->caps = caps_ask(c, &wanted, on_capable, c);
    definitions_free(&wanted);
}

/* ---- the list ---------------------------------------------------------------------------------- */

static void on_bad_definition(const char *text, void *arg)
{
    (void)arg;
    log_error("gearman: %s", text);
}

/* Of failures in a row each is told that is not the one before it, and then the first success. */
static void fail_to_list(struct crew *c, const char *why)
{
    c->failures++;
    if (strcmp(c->why.text, why) != 0)
        log_error("gearman: no list of functions: %s; %s, and it is tried again", why,
                  TAILQ_EMPTY(&c->abilities) ? "nothing is done yet" : "the old one holds");
    failure(&c->why, "%s", why);
    become_idle(c);
}

static void list_found(struct crew *c)
{
    if (c->failures > 0)
        log_notice("gearman: the list of functions is there again");
    c->failures = 0;
    c->why.text[0] = '\0';
}

static void on_list(const struct value *list, const char *why, void *arg)
{
    struct crew *c = arg;
    struct definitions d = { 0 };

    c->question = NULL;
    if (list == NULL) {
        fail_to_list(c, why);
        return;
    }
    list_found(c);
    definitions_read(&d, list, on_bad_definition, NULL);
    ask_executors(c, &d);
    definitions_free(&d);
}

static bool needs_identity(const struct crew *c)
{
    return c->settings.user != NULL || c->settings.group != NULL;
}

/* They were there when the file was checked. Until they are found, nothing is run; once they were, they hold. */
static bool find_identity(struct crew *c, struct error *e)
{
    const struct crew_settings *s = &c->settings;

    if (needs_identity(c) && !c->has_identity)
        c->has_identity = user_cache_find(s->user, s->group, NULL, 0, &c->identity, e);
    return c->has_identity || !needs_identity(c);
}

static void forget_identity(struct crew *c)
{
    if (c->has_identity)
        identity_free(&c->identity);
    c->has_identity = false;
}

bool crew_identity(const struct crew *c, const struct identity **out, struct error *e)
{
    *out = c->has_identity ? &c->identity : NULL;
    return c->has_identity || !needs_identity(c) || failure(e, "%s", c->why.text);
}

void crew_refresh(struct crew *c)
{
    const struct function *f = crew_provider(&c->settings);
    struct error e;

    if (c->leaving)
        return;
    c->again = c->state != CREW_IDLE;
    if (c->again)
        return;
    timer_stop(&c->timer);
    if (!find_identity(c, &e)) {
        fail_to_list(c, e.text);
        return;
    }
    if (f == NULL) {
        list_found(c);
        ask_executors(c, &c->settings.functions);
        return;
    }
    c->state = CREW_LISTING;
    c->question = provider_ask(crew_loop(c), f, PROVIDER_LIMIT, on_list, c);
}

/* ---- a life ------------------------------------------------------------------------------------ */

static void drop_refresh(struct crew *c)
{
    timer_stop(&c->timer);
    provider_cancel(c->question);
    caps_cancel(c->caps);
    c->question = NULL;
    c->caps = NULL;
    c->state = CREW_IDLE;
    c->again = false;
}

static void take_over(struct crew *c)
{
    c->failures = 0;
    forget_identity(c);
    crew_refresh(c);
}

struct crew *crew_new(struct supervisor *s, const struct crew_settings *settings)
{
    struct crew *c = xcalloc(1, sizeof *c);

    c->supervisor = s;
    TAILQ_INIT(&c->abilities);
    record_copy(&c->settings, settings);
    take_over(c);
    return c;
}

/* Connections follow at once, the list when it is there. */
void crew_follow(struct crew *c, const struct crew_settings *settings)
{
    struct crew_settings before = c->settings;
    struct ability *a;

    drop_refresh(c);
    record_copy(&c->settings, settings);
    TAILQ_FOREACH(a, &c->abilities, link)
    {
        if (!a->leaving)
            ability_follow(a, &a->definition);
    }
    record_clear(&before);
    take_over(c);
}

static void destroy(void *arg)
{
    struct crew *c = arg;

    record_clear(&c->settings);
    forget_identity(c);
    free(c);
}

void crew_check_over(struct crew *c)
{
    if (!c->leaving || c->is_over || !TAILQ_EMPTY(&c->abilities))
        return;
    c->is_over = true;
    loop_later(crew_loop(c), destroy, c);
    gearman_forget(c);
}

/* `end` may free the ability that it gets. */
static void end_crew(struct crew *c, void (*end)(struct ability *a))
{
    struct ability *a, *next;

    c->leaving = true;
    drop_refresh(c);
    for (a = TAILQ_FIRST(&c->abilities); a != NULL; a = next) {
        next = TAILQ_NEXT(a, link);
        end(a);
    }
    crew_check_over(c);
}

void crew_leave(struct crew *c)
{
    end_crew(c, ability_leave);
}

void crew_kill(struct crew *c)
{
    end_crew(c, ability_kill);
}
