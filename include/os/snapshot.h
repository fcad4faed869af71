/* snapshot: what the next life of reeve has to know, kept ready all the time, since nobody can write it down any more
 * when this life crashes: entries of bytes in a memfd that an exec leaves alone.
 *
 * An entry is replaced as a whole: the new bytes are written beside the old ones, and count once they are complete. So
 * whoever reads (os/former.h) finds either the one or the other, wherever we were interrupted. */
#ifndef OS_SNAPSHOT_H
#define OS_SNAPSHOT_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct snapshot;

enum { SNAPSHOT_KIND_MOST = 12 };

/* An empty one; NULL, with the reason, where the system has no memfd for us. */
struct snapshot *snapshot_new(struct error *e);

/* Closes its descriptor. NULL is welcome. */
void snapshot_free(struct snapshot *s);

/* In a forked copy, which shares the memory: nothing is written any more. NULL is welcome. */
void snapshot_leave(struct snapshot *s);

int snapshot_fd(const struct snapshot *s);

/* All of it, as it is now: what former_open takes, in whatever descriptor it comes. */
const char *snapshot_bytes(const struct snapshot *s, size_t *length);

/* Write an entry of that kind; *entry (0: a new one) is what it is known by. Without memory it stays as it was. A NULL
 * snapshot keeps nothing. */
void snapshot_put(struct snapshot *s, unsigned *entry, const char *kind, const struct buffer *content);

/* Ask the system now for the memory that entries of so many bytes will need. */
void snapshot_make_room(struct snapshot *s, size_t bytes);

/* An entry that is written in place, at any time: its bytes, zero at first, which do not move; a reader finds them as
 * they are. `name`, from snapshot_name, is what other entries may call it by. One that is larger (or smaller) takes its
 * place; the old one, which was *entry, is still to be dropped. NULL, and nothing has changed: there is no memory. */
void *snapshot_reserve(struct snapshot *s, unsigned name, unsigned *entry, const char *kind, size_t length);

/* A new name; 0 without a snapshot. */
unsigned snapshot_name(struct snapshot *s);

/* snapshot_put, of an entry that has such a name. */
void snapshot_put_named(struct snapshot *s, unsigned name, unsigned *entry, const char *kind,
                        const struct buffer *content);

/* Forget an entry; *entry becomes 0. 0 is welcome. */
void snapshot_drop(struct snapshot *s, unsigned *entry);

/* Whether all was kept so far. An errno: why not. */
bool snapshot_is_whole(const struct snapshot *s);
int snapshot_failure(const struct snapshot *s);

/* Whoever knows what was not kept writes it once more: does that succeed, all is kept. */
void snapshot_try_again(struct snapshot *s);

#endif
