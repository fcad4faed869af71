/* scratch: a folder for somebody's work, and its end, whatever was left in it. */
#ifndef OS_SCRATCH_H
#define OS_SCRATCH_H

#include "base/error.h"
#include "os/identity.h"

#include <stdbool.h>

/* A new folder `parent`/`label`XXXXXX with mode 0700 that belongs to `owner` (NULL: to us): its path, the caller's;
 * NULL on failure. */
char *scratch_make(const char *parent, const char *label, const struct identity *owner, struct error *e);

/* Remove it and what is in it, following no link, in pieces that take little time. False: there is more to do, call
 * again. True: it is over; `e`, which must be there, is empty if it is gone, and else says why it cannot be removed. */
bool scratch_remove(const char *path, struct error *e);

#endif
