/* former: what a former life of reeve left behind in its snapshot. It can only be read. */
#ifndef OS_FORMER_H
#define OS_FORMER_H

#include "base/error.h"

#include <stddef.h>

struct former;

/* The snapshot in `fd`, which becomes ours. NULL if it is none, is broken, or can only be read by a newer reeve. If the
 * system has no memory for it we wait up to half a second. */
struct former *former_open(int fd, struct error *e);

/* Closes the descriptor. NULL is welcome. */
void former_close(struct former *f);

/* The bytes of the entry that snapshot_name called so; NULL: there is none. They are borrowed, and may say anything. */
const char *former_find(const struct former *f, unsigned name, size_t *length);

/* Call `fn` for all entries of a kind, in the order in which they were first put. The bytes are lent for the call. */
typedef void former_fn(const char *data, size_t length, void *arg);
void former_each(const struct former *f, const char *kind, former_fn *fn, void *arg);

#endif
