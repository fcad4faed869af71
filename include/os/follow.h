/* follow: what is added to a file, as `tail -F` sees it. */
#ifndef OS_FOLLOW_H
#define OS_FOLLOW_H

#include "os/loop.h"

#include <stddef.h>

struct follow;

typedef void follow_fn(const char *data, size_t length, void *arg);

/* Call `fn` with what is added to the file at `path` from now on. A file that is not there yet, or is there anew
 * (rotated), is read from its beginning. */
struct follow *follow_open(struct loop *loop, const char *path, follow_fn *fn, void *arg);

/* Not from within `fn`. *f becomes NULL; a NULL one is welcome. */
void follow_close(struct follow **f);

#endif
