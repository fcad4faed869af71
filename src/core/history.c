#include "core/history.h"

#include "base/pack.h"
#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct history {
    unsigned count, entry;
    char *given_up;                         /* why; NULL: it was not, after the newest */
    struct process_exit *end[HISTORY_KEPT]; /* held; the oldest first */
    struct buffer settled;                  /* the first ones, packed: they do not change any more */
    size_t settled_count;
    size_t length[HISTORY_KEPT]; /* of each that is packed there */
};

/* How many hold it is no part of what it says. */
void end_hold(const struct process_exit *end)
{
    ((struct process_exit *)end)->others++;
}

void end_release(const struct process_exit *end)
{
    if (((struct process_exit *)end)->others-- == 0)
        free((struct process_exit *)end);
}

/* It is packed at each end of a process, so its numbers go by their places. */
enum { CODE, SIGNAL, CORE, OOM, EXPECTED, STOPPED, FAILED, UPTIME, ATTEMPT, RESTARTS, AT, UNKNOWN, NUMBERS };

static void pack_end(const struct process_exit *end, struct buffer *out)
{
    const int64_t numbers[NUMBERS] = {
        [CODE] = end->code,
        [SIGNAL] = end->signal,
        [CORE] = end->core,
        [OOM] = end->oom,
        [EXPECTED] = end->expected,
        [STOPPED] = end->stopped,
        [FAILED] = end->failed_start,
        [UPTIME] = end->uptime,
        [ATTEMPT] = end->attempt,
        [RESTARTS] = end->restarts,
        [AT] = end->at,
        [UNKNOWN] = end->unknown,
    };

    pack_numbers(out, "past", numbers, NUMBERS);
    pack_text(out, "reason", end->reason);
}

/* All but the newest. */
static void settle(struct history *h)
{
    for (; h->settled_count + 1 < h->count; h->settled_count++) {
        size_t before = h->settled.length;

        pack_end(h->end[h->settled_count], &h->settled);
        h->length[h->settled_count] = h->settled.length - before;
    }
}

static void forget_oldest(struct history *h)
{
    h->count--;
    end_release(h->end[0]);
    memmove(&h->end[0], &h->end[1], h->count * sizeof *h->end);
    if (h->settled_count == 0)
        return;
    h->settled_count--;
    buffer_drop(&h->settled, h->length[0]);
    memmove(&h->length[0], &h->length[1], h->settled_count * sizeof *h->length);
}

struct process_exit *history_add(struct history **h)
{
    struct process_exit *last = xcalloc(1, sizeof *last);

    if (*h == NULL)
        *h = xcalloc(1, sizeof **h);
    free((*h)->given_up);
    (*h)->given_up = NULL;
    if ((*h)->count == HISTORY_KEPT)
        forget_oldest(*h);
    (*h)->end[(*h)->count++] = last;
    return last;
}

struct process_exit *history_end(const struct history *h, size_t back)
{
    if (h == NULL || back >= h->count)
        return NULL;
    return h->end[h->count - 1 - back];
}

void history_give_up(struct history *h, const char *why)
{
    free(h->given_up);
    h->given_up = xstrdup(why);
}

const char *history_given_up(const struct history *h)
{
    return h != NULL ? h->given_up : NULL;
}

unsigned *history_entry(struct history *h)
{
    return h != NULL ? &h->entry : NULL;
}

static void unpack_end(const char *past, size_t length, struct process_exit *end)
{
    int64_t numbers[NUMBERS];

    unpack_values(past, length, numbers, NUMBERS);
    *end = (struct process_exit){ .code = (int)numbers[CODE],
                                  .signal = (int)numbers[SIGNAL],
                                  .core = numbers[CORE] != 0,
                                  .oom = numbers[OOM] != 0,
                                  .expected = numbers[EXPECTED] != 0,
                                  .stopped = numbers[STOPPED] != 0,
                                  .failed_start = numbers[FAILED] != 0,
                                  .unknown = numbers[UNKNOWN] != 0,
                                  .uptime = numbers[UPTIME],
                                  .attempt = (int)numbers[ATTEMPT],
                                  .restarts = (int)numbers[RESTARTS],
                                  .at = numbers[AT] };
}

void history_pack(struct history *h, struct buffer *out)
{
    if (h == NULL)
        return;
    settle(h);
    buffer_add(out, h->settled.data, h->settled.length);
    pack_end(h->end[h->count - 1], out);
    pack_text(out, "given up", h->given_up);
}

void history_unpack(struct history **h, const char *data, size_t length)
{
    struct unpack u;
    const char *past, *reason, *why;
    size_t past_length, reason_length, why_length;

    unpack_begin(&u, data, length);
    while ((past = unpack_next(&u, "past", &past_length)) != NULL) {
        struct process_exit *end = history_add(h);

        unpack_end(past, past_length, end);
        reason = unpack_next(&u, "reason", &reason_length);
        snprintf(end->reason, sizeof end->reason, "%.*s", (int)reason_length, reason != NULL ? reason : "");
    }
    why = unpack_next(&u, "given up", &why_length);
    if (why != NULL && *h != NULL)
        (*h)->given_up = xstrndup(why, why_length);
}

void history_free(struct history *h)
{
    if (h == NULL)
        return;
    for (unsigned i = 0; i < h->count; i++)
        end_release(h->end[i]);
    buffer_free(&h->settled);
    free(h->given_up);
    free(h);
}
