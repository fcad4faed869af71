/* dial: connects to somebody without waiting for him. */
#ifndef OS_DIAL_H
#define OS_DIAL_H

#include "os/loop.h"
#include "os/resolve.h"

struct dial;

/* The connected, non-blocking socket, the callee's; or -1 and why. The handle is spent: the owner forgets it first
 * thing. */
typedef void dial_fn(int fd, const char *why, void *arg);

/* Connect to an address, or to an endpoint, whose name is looked up first. The callback never comes from within. There
 * is no limit of time but the kernel's. */
struct dial *dial_address(struct loop *loop, const struct address *to, dial_fn *fn, void *arg);
struct dial *dial_endpoint(struct loop *loop, const struct endpoint *to, dial_fn *fn, void *arg);

/* Give up, without a callback; *d becomes NULL. A NULL one is welcome. */
void dial_stop(struct dial **d);

#endif
