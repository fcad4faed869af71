#include "core/history.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

struct history {
    size_t count;
    struct process_exit end[]; /* the oldest first */
};

struct process_exit *history_add(struct history **h)
{
    size_t count = *h != NULL ? (*h)->count : 0;
    struct process_exit *last;

    if (count == HISTORY_KEPT) {
        memmove(&(*h)->end[0], &(*h)->end[1], (HISTORY_KEPT - 1) * sizeof *last);
    } else {
        *h = xrealloc(*h, sizeof **h + (count + 1) * sizeof *last);
        (*h)->count = ++count;
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

void history_free(struct history *h)
{
    free(h);
}
