#include "core/history.h"

#include "base/pack.h"
#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct history {
    unsigned count, entry;
    struct process_exit end[]; /* the oldest first */
};

struct process_exit *history_add(struct history **h)
{
    unsigned count = *h != NULL ? (*h)->count : 0, entry = *h != NULL ? (*h)->entry : 0;
    struct process_exit *last;

    if (count == HISTORY_KEPT) {
        memmove(&(*h)->end[0], &(*h)->end[1], (HISTORY_KEPT - 1) * sizeof *last);
    } else {
        *h = xrealloc(*h, sizeof **h + (count + 1) * sizeof *last);
        (*h)->count = ++count;
        (*h)->entry = entry;
    }
    last = &(*h)->end[count - 1];
    *last = (struct process_exit){ 0 };
    return last;
}

struct process_exit *history_end(const struct history *h, size_t back)
{
    if (h == NULL || back >= h->count)
        return NULL;
    return (struct process_exit *)&h->end[h->count - 1 - back];
}

unsigned *history_entry(struct history *h)
{
    return h != NULL ? &h->entry : NULL;
}

static void pack_end(const struct process_exit *end, struct buffer *out)
{
    pack_number(out, "code", end->code);
    pack_number(out, "signal", end->signal);
    pack_number(out, "core", end->core);
    pack_number(out, "oom", end->oom);
    pack_number(out, "expected", end->expected);
    pack_number(out, "stopped", end->stopped);
    pack_number(out, "failed", end->failed_start);
    pack_text(out, "reason", end->reason);
    pack_number(out, "uptime", end->uptime);
    pack_number(out, "attempt", end->attempt);
    pack_number(out, "restarts", end->restarts);
    pack_number(out, "at", end->at);
}

static void unpack_end(struct unpack *u, struct process_exit *end)
{
    size_t length;
    const char *reason;

    *end = (struct process_exit){ .code = (int)unpack_number(u, "code"),
                                  .signal = (int)unpack_number(u, "signal"),
                                  .core = unpack_number(u, "core") != 0,
                                  .oom = unpack_number(u, "oom") != 0,
                                  .expected = unpack_number(u, "expected") != 0,
                                  .stopped = unpack_number(u, "stopped") != 0,
                                  .failed_start = unpack_number(u, "failed") != 0 };
    reason = unpack_bytes(u, "reason", &length);
    snprintf(end->reason, sizeof end->reason, "%.*s", (int)length, reason != NULL ? reason : "");
    end->uptime = unpack_number(u, "uptime");
    end->attempt = (int)unpack_number(u, "attempt");
    end->restarts = (int)unpack_number(u, "restarts");
    end->at = unpack_number(u, "at");
}

void history_pack(const struct history *h, struct buffer *out)
{
    struct buffer end = { 0 };

    for (unsigned i = 0; h != NULL && i < h->count; i++) {
        buffer_clear(&end);
        pack_end(&h->end[i], &end);
        pack_bytes(out, "end", end.data, end.length);
    }
    buffer_free(&end);
}

void history_unpack(struct history **h, const char *data, size_t length)
{
    struct unpack all, one;
    const char *end;
    size_t end_length;

    unpack_begin(&all, data, length);
    while ((end = unpack_next(&all, "end", &end_length)) != NULL)
        if (unpack_begin(&one, end, end_length))
            unpack_end(&one, history_add(h));
}

void history_free(struct history *h)
{
    free(h);
}
