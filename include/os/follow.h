/* follow: what is added to a file, as `tail -F` sees it. */
#ifndef OS_FOLLOW_H
#define OS_FOLLOW_H

#include "os/loop.h"

#include <stddef.h>
#include <stdint.h>

struct follow;

typedef void follow_fn(const char *data, size_t length, void *arg);

/* Call `fn` with what is added to the file at `path` from now on. A file that is not there yet, or is there anew
 * (rotated), is read from its beginning. */
struct follow *follow_open(struct loop *loop, const char *path, follow_fn *fn, void *arg);

/* Which file it is at, and how far it has read it. Whoever goes there begins at that place of the file, if it is still
 * this one, else at its beginning. */
struct follow_place {
    int64_t device, inode, offset; /* inode 0: no file */
};

void follow_where(const struct follow *f, struct follow_place *place);
void follow_go(struct follow *f, const struct follow_place *place);

/* Not from within `fn`. *f becomes NULL; a NULL one is welcome. */
void follow_close(struct follow **f);

#endif
