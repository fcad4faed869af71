/* What the workers count, for the verb metrics. */
#include "gearman_private.h"

#include "core/metrics.h"

#include <stdio.h>
#include <string.h>

struct family {
    const char *name, *type, *help;
    double (*value)(const struct ability *a);
    struct buffer *out;
};

static double running(const struct ability *a)
{
    return a->busy;
}

static double limit(const struct ability *a)
{
    return a->definition.concurrency;
}

static double connected(const struct ability *a)
{
    const struct jobserver *s;
    int count = 0;

    TAILQ_FOREACH(s, &a->servers, link)
    {
        count += s->state == JOBSERVER_OPEN;
    }
    return count;
}

static double done(const struct ability *a)
{
    return (double)a->done;
}

static double failed(const struct ability *a)
{
    return (double)a->failed;
}

static double lost(const struct ability *a)
{
    return (double)a->lost;
}

static const struct family families[] = {
    { "reeve_gearman_jobs_running", "gauge", "Jobs that run.", running, NULL },
    { "reeve_gearman_jobs_limit", "gauge", "Jobs that may run at once.", limit, NULL },
    { "reeve_gearman_connections", "gauge", "Open connections to job servers.", connected, NULL },
    { "reeve_gearman_jobs_done", "counter", "Jobs that were done.", done, NULL },
    { "reeve_gearman_jobs_failed", "counter", "Jobs that failed.", failed, NULL },
    { "reeve_gearman_jobs_lost", "counter", "Jobs whose connection was lost before they could report.", lost, NULL },
};

static void write_sample(const struct ability *a, void *arg)
{
    const struct family *f = arg;
    char name[64];

    snprintf(name, sizeof name, "%s%s", f->name, strcmp(f->type, "counter") == 0 ? "_total" : "");
    metrics_sample(f->out, name, f->value(a), "function", a->definition.name, NULL);
}

static void write_families(struct supervisor *s, struct buffer *out)
{
    (void)s;
    if (!gearman_has_abilities())
        return;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        struct family f = families[i];

        f.out = out;
        metrics_family(out, f.name, f.type, f.help);
        gearman_each(write_sample, &f);
    }
}

void gearman_count(void)
{
    static struct metrics_source source = { .write = write_families };

    metrics_register(&source);
}
