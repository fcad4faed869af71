#include "convert/stops.h"

#include "base/duration.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

/* What reeve takes when nobody says: `stoptime`, `priority` and `stop_timeout`; and what the KILLs may take. */
enum { STOP_TIME = 10000, PRIORITY = 999, STOP_TIMEOUT = 60000, SLACK = 10000 };

/* In seconds: no time is longer. */
static const msec TEN_YEARS = 3650LL * 24 * 3600;

struct stop {
    int priority;
    msec time;
    struct place place;
};

static msec time_of(const struct expr *program)
{
    const struct expr *value = expr_get(program, "stoptime");
    struct error e;
    msec time;

    return value != NULL && duration_parse(value->text, &time, &e) ? time : STOP_TIME;
}

static int priority_of(const struct expr *program)
{
    const struct expr *value = expr_get(program, "priority");

    return value != NULL ? atoi(value->text) : PRIORITY;
}

static int compare(const void *a, const void *b)
{
    const struct stop *x = a, *y = b;

    if (x->priority != y->priority)
        return (x->priority > y->priority) - (x->priority < y->priority);
    return (x->time < y->time) - (x->time > y->time);
}

static size_t collect(const struct draft *d, struct stop *stop)
{
    size_t count = 0;

    for (size_t i = 0; i < d->count; i++) {
        const struct statement *s = &d->statement[i];

        if (s->name == NULL || strcmp(s->word, "program") != 0 || expr_get(s->table, "detached") != NULL)
            continue;
        stop[count++] = (struct stop){ priority_of(s->table), time_of(s->table), s->place };
    }
    return count;
}

void stops_allow(struct draft *d)
{
    struct stop *stop = xcalloc(d->count + 1, sizeof *stop);
    size_t count = collect(d, stop);
    const struct stop *longest = stop;
    msec total = 0, seconds;

    qsort(stop, count, sizeof *stop, compare);
    for (size_t i = 0; i < count; i++) {
        if (stop[i].time > longest->time)
            longest = &stop[i];
        /* Those of one priority stop at the same time. */
        if (i == 0 || stop[i].priority != stop[i - 1].priority)
            total += stop[i].time;
    }
    seconds = (total + SLACK) / 1000;
    if (total >= STOP_TIMEOUT)
        expr_set(d->supervisor, "stop_timeout", expr_number(seconds < TEN_YEARS ? seconds : TEN_YEARS), longest->place);
    free(stop);
}
