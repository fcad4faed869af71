/* scribe: keeps a file as it was last told, and nobody waits for the disk: a thread writes, one text at a time, and of
 * those that were told meanwhile only the last. The file is replaced as a whole, for its owner alone (mode 0600). */
#ifndef OS_SCRIBE_H
#define OS_SCRIBE_H

#include "base/error.h"
#include "os/loop.h"

#include <stddef.h>

struct scribe;

/* What it was told last is done; `e`: it cannot be done. Within scribe_tell only if that has patience. */
typedef void scribe_done_fn(const struct error *e, void *arg);

/* The path is copied. Nothing is written yet. */
struct scribe *scribe_open(struct loop *loop, const char *path, scribe_done_fn *fn, void *arg);

/* The file shall have this text, which is copied. NULL: it shall go. With patience that is waited for, so many
 * milliseconds at most, unless it has to wait for another text. */
void scribe_tell(struct scribe *s, const char *text, size_t length, int patience);

/* Wait until what was told is done, or cannot be, and free it. NULL is welcome. */
void scribe_close(struct scribe *s);

#endif
