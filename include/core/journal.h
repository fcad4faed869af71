/* journal: what happened lately, and as it happens: the lines of reeve's own log and the events of the bus. For the
 * verbs `log` and `events`. There is one. */
#ifndef CORE_JOURNAL_H
#define CORE_JOURNAL_H

#include "base/buffer.h"
#include "core/bus.h"
#include "os/former.h"
#include "os/snapshot.h"

#include <stdbool.h>
#include <stddef.h>

enum journal_kind { JOURNAL_LOG, JOURNAL_EVENTS };

/* Keep book from now on. */
void journal_open(struct bus *bus);
void journal_close(void);

/* What is kept lies in there, for the next life, from now on; once more: what had no room tries again. What a former
 * life has kept comes first. */
void journal_keep(struct snapshot *snapshot);
void journal_resume(const struct former *former);

/* Add the last `count` entries: a line each, or a JSON value each if `json`, which `separator` follows. */
void journal_tail(enum journal_kind kind, size_t count, bool json, const char *separator, struct buffer *out);

/* How many of them are of this life of reeve. */
size_t journal_count_new(enum journal_kind kind);

/* Called with each entry from now on: a line, with its newline, or a JSON value. It must not log. */
typedef void journal_fn(const char *entry, size_t length, void *arg);
struct journal_listener *journal_listen(enum journal_kind kind, bool json, journal_fn *fn, void *arg);
void journal_unlisten(struct journal_listener **l);

#endif
