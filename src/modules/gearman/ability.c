#include "gearman_private.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "os/clock.h"

#include <stdlib.h>
#include <string.h>

msec ability_timeout(const struct ability *a)
{
    return a->definition.timeout >= 0 ? a->definition.timeout : a->crew->settings.timeout;
}

/* ---- connections ------------------------------------------------------------------------------- */

static int connections_for(const struct ability *a)
{
    int most = a->crew->settings.jobs_per_connection;

    return most > 0 ? (a->definition.concurrency + most - 1) / most : 1;
}

/* Those beyond the first `wanted` to this address leave; the missing ones are made. */
static void adjust(struct ability *a, const char *address, int wanted)
{
    struct jobserver *s, *next;

    for (s = TAILQ_FIRST(&a->servers); s != NULL; s = next) {
        next = TAILQ_NEXT(s, link);
        if (!s->leaving && strcmp(s->address, address) == 0 && wanted-- <= 0)
            jobserver_leave(s);
    }
    while (wanted-- > 0)
        jobserver_new(a, address);
}

static void connect_to_all(struct ability *a)
{
    const struct words *addresses = &a->crew->settings.servers;
    struct jobserver *s, *next;

    for (s = TAILQ_FIRST(&a->servers); s != NULL; s = next) {
        next = TAILQ_NEXT(s, link);
        if (!s->leaving && !words_have(addresses, s->address))
            jobserver_leave(s);
    }
    for (size_t i = 0; i < addresses->count; i++)
        adjust(a, addresses->word[i], connections_for(a));
}

/* ---- jobs -------------------------------------------------------------------------------------- */

static struct jobserver *next_hungry(struct ability *a)
{
    struct jobserver *s;

    TAILQ_FOREACH(s, &a->servers, link)
    {
        if (jobserver_is_hungry(s))
            break;
    }
    return s;
}

/* Each server in its turn. */
void ability_feed(struct ability *a)
{
    struct jobserver *s;

    while (!a->leaving && a->busy + a->grabs < a->definition.concurrency && (s = next_hungry(a)) != NULL) {
        jobserver_grab(s);
        TAILQ_REMOVE(&a->servers, s, link);
        TAILQ_INSERT_TAIL(&a->servers, s, link);
    }
}

/* ---- a life ------------------------------------------------------------------------------------ */

struct ability *ability_new(struct crew *c, const struct definition *d)
{
    struct ability *a = xcalloc(1, sizeof *a);

    a->crew = c;
    record_copy(&a->definition, d);
    TAILQ_INIT(&a->servers);
    TAILQ_INIT(&a->jobs);
    TAILQ_INSERT_TAIL(&c->abilities, a, link);
    connect_to_all(a);
    log_notice("gearman:%s: added, %s, %d job%s at once", d->name, d->executor, d->concurrency,
               d->concurrency == 1 ? "" : "s");
    return a;
}

static void tell_changes(const struct definition *before, const struct definition *now)
{
    if (strcmp(before->executor, now->executor) != 0)
        log_notice("gearman:%s: the executor is %s from now on", now->name, now->executor);
    if (before->concurrency != now->concurrency)
        log_notice("gearman:%s: %d job%s at once from now on", now->name, now->concurrency,
                   now->concurrency == 1 ? "" : "s");
    if (before->timeout != now->timeout)
        log_notice("gearman:%s: another timeout from now on", now->name);
}

/* Jobs that run keep what they began with. */
void ability_follow(struct ability *a, const struct definition *d)
{
    struct definition before = a->definition;
    struct jobserver *s;

    tell_changes(&before, d);
    record_copy(&a->definition, d);
    connect_to_all(a);
    if (before.concurrency != d->concurrency) {
        TAILQ_FOREACH(s, &a->servers, link)
        {
            jobserver_introduce(s);
        }
    }
    record_clear(&before);
    ability_feed(a);
}

static void destroy(void *arg)
{
    struct ability *a = arg;

    record_clear(&a->definition);
    free(a);
}

/* Who called may still look at it. */
void ability_check_over(struct ability *a)
{
    struct crew *c = a->crew;

    if (!a->leaving || a->is_over || !TAILQ_EMPTY(&a->servers) || !TAILQ_EMPTY(&a->jobs))
        return;
    a->is_over = true;
    log_notice("gearman:%s: removed", a->definition.name);
    TAILQ_REMOVE(&c->abilities, a, link);
    loop_later(crew_loop(c), destroy, a);
    crew_check_over(c);
}

void ability_leave(struct ability *a)
{
    struct jobserver *s, *next;

    a->leaving = true;
    for (s = TAILQ_FIRST(&a->servers); s != NULL; s = next) {
        next = TAILQ_NEXT(s, link);
        jobserver_leave(s);
    }
    ability_check_over(a);
}

void ability_kill(struct ability *a)
{
    struct jobserver *s;
    struct job *j;

    a->leaving = true;
    while ((s = TAILQ_FIRST(&a->servers)) != NULL)
        jobserver_drop(s);
    TAILQ_FOREACH(j, &a->jobs, link)
    {
        job_kill(j);
    }
    ability_check_over(a);
}

/* ---- words ------------------------------------------------------------------------------------- */

static const struct jobserver *find_state(const struct ability *a, enum jobserver_state state)
{
    const struct jobserver *s;

    TAILQ_FOREACH(s, &a->servers, link)
    {
        if (s->state == state)
            return s;
    }
    return NULL;
}

/* One that has tried in vain. */
static const struct jobserver *find_failed(const struct ability *a)
{
    const struct jobserver *s;

    TAILQ_FOREACH(s, &a->servers, link)
    {
        if (s->state != JOBSERVER_OPEN && s->attempts > 0)
            return s;
    }
    return NULL;
}

const char *ability_state(const struct ability *a)
{
    if (a->leaving)
        return "STOPPING";
    if (find_state(a, JOBSERVER_OPEN) != NULL)
        return "RUNNING";
    return find_failed(a) != NULL ? "BACKOFF" : "STARTING";
}

static void add_trouble(const struct jobserver *s, struct buffer *out)
{
    msec wait = s->next - clock_now();

    buffer_addf(out, "; %s: %s", s->address, s->why.text);
    if (s->state != JOBSERVER_WAITING)
        return;
    buffer_add_text(out, ", next attempt in ");
    duration_format(out, wait > 0 ? wait : 0);
}

void ability_describe(const struct ability *a, struct buffer *out)
{
    const struct jobserver *failed = find_failed(a);

    buffer_addf(out, "%d/%d jobs, %llu done, %llu failed", a->busy, a->definition.concurrency, a->done, a->failed);
    if (failed != NULL)
        add_trouble(failed, out);
}
