/* sockets: what reeve holds open for its programs. Each is open before any program starts, and stays open over
 * restarts and reloads for as long as the plan has its address: whoever connects while nobody accepts waits in the
 * kernel's queue.
 *
 * They block, as inherited sockets do by custom: a child that wants it otherwise says so, to all who share it. */
#ifndef CORE_SOCKETS_H
#define CORE_SOCKETS_H

#include "base/buffer.h"
#include "base/problems.h"
#include "core/plan.h"

#include <stdbool.h>

struct sockets;

struct sockets *sockets_new(void);

/* Close them all; the files of Unix sockets go with them, while they are still ours. NULL is welcome. */
void sockets_free(struct sockets *s);

/* From now on those of `plan`. One whose address is open already is that one, also under another name, with its new
 * options; the others are opened, and what nobody wants any more is closed. Any problem: false, and nothing changed. */
bool sockets_follow(struct sockets *s, const struct plan *plan, struct problems *problems);

/* For the next life, and from there: they are open, as if a plan had wanted them. */
void sockets_pack(const struct sockets *s, struct buffer *out);
void sockets_unpack(struct sockets *s, const char *data, size_t length);

/* The descriptor, which stays ours; -1: there is none of that name. */
int sockets_find(const struct sockets *s, const char *name);

#endif
