/* history: the last ends of a process, for whoever asks why. Takes no memory before the first one. */
#ifndef CORE_HISTORY_H
#define CORE_HISTORY_H

#include "core/process.h"

#include "base/buffer.h"

#include <stddef.h>

enum { HISTORY_KEPT = 8 };

struct history;

/* A new, empty last entry, after which the oldest of HISTORY_KEPT are forgotten. *h is made if it is NULL. */
struct process_exit *history_add(struct history **h);

/* For who may keep an end longer than the history does. What is learnt of it later is found in it. */
void end_hold(const struct process_exit *end);
void end_release(const struct process_exit *end);

/* The newest (`back` 0), the one before (1) …; NULL past the oldest. */
struct process_exit *history_end(const struct history *h, size_t back);

/* After the newest it was given up, and why; NULL: it was not. *h is not empty. */
void history_give_up(struct history *h, const char *why);
const char *history_given_up(const struct history *h);

/* Where the snapshot has it; NULL of an empty one. */
unsigned *history_entry(struct history *h);

/* For the next life, and from there. */
void history_pack(struct history *h, struct buffer *out);
void history_unpack(struct history **h, const char *data, size_t length);

/* NULL is welcome. */
void history_free(struct history *h);

#endif
