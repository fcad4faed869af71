#include "core/tally.h"

#include "base/hash.h"
#include "base/xalloc.h"
#include "core/process.h"

#include <stdlib.h>

/* Of one process, from its first end on. */
struct count {
    UT_hash_handle hh;
    unsigned id;
    unsigned long ends[TALLY_ENDS];
    unsigned long given_up;
};

static struct {
    struct listener *bus;
    struct count *counts;
    unsigned long reloads[2];
} tally;

static struct count *find(unsigned id)
{
    struct count *c = NULL;

    if (tally.counts != NULL)
        HASH_FIND(hh, tally.counts, &id, sizeof id, c);
    return c;
}

static struct count *count_of(unsigned id)
{
    struct count *c = find(id);

    if (c != NULL)
        return c;
    c = xcalloc(1, sizeof *c);
    c->id = id;
    HASH_ADD(hh, tally.counts, id, sizeof c->id, c);
    return c;
}

static void forget(struct count *c)
{
    if (c == NULL)
        return;
    HASH_DEL(tally.counts, c);
    free(c);
}

static enum tally_end kind_of(const struct process_exit *exit)
{
    if (exit->stopped)
        return TALLY_STOPPED;
    if (exit->failed_start)
        return TALLY_FAILED_START;
    return exit->expected ? TALLY_EXPECTED : TALLY_UNEXPECTED;
}

static void on_event(const struct event *event, void *arg)
{
    (void)arg;
    switch (event->kind) {
    case EVENT_EXIT:
        count_of(process_id(event->process))->ends[kind_of(event->exit)]++;
        break;
    case EVENT_FATAL:
        count_of(process_id(event->process))->given_up++;
        break;
    case EVENT_GONE:
        forget(find(process_id(event->process)));
        break;
    case EVENT_RELOAD:
    case EVENT_RELOAD_FAILED:
        tally.reloads[event->kind == EVENT_RELOAD]++;
        break;
    default:
        break;
    }
}

void tally_open(struct bus *bus)
{
    tally.bus = bus_listen(bus, on_event, NULL);
}

void tally_close(void)
{
    bus_unlisten(&tally.bus);
    while (tally.counts != NULL)
        forget(tally.counts);
    tally.reloads[0] = tally.reloads[1] = 0;
}

unsigned long tally_ends(unsigned process_id, enum tally_end end)
{
    const struct count *c = find(process_id);

    return c != NULL ? c->ends[end] : 0;
}

unsigned long tally_given_up(unsigned process_id)
{
    const struct count *c = find(process_id);

    return c != NULL ? c->given_up : 0;
}

const char *tally_end_name(enum tally_end end)
{
    static const char *const names[TALLY_ENDS] = { "expected", "unexpected", "stopped", "failed_start" };

    return names[end];
}

unsigned long tally_reloads(bool applied)
{
    return tally.reloads[applied];
}
