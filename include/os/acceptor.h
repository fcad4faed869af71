/* acceptor: takes each client that connects to a listening socket. */
#ifndef OS_ACCEPTOR_H
#define OS_ACCEPTOR_H

#include "os/loop.h"

struct acceptor;

/* A new connection: non-blocking, close-on-exec, and the callee's. */
typedef void acceptor_fn(int fd, void *arg);

/* Call `fn` with each new connection of the listening socket `fd`, which is non-blocking, and the acceptor's from now
 * on. When descriptors run out it pauses for a second: clients wait in the kernel's queue. */
struct acceptor *acceptor_open(struct loop *loop, int fd, acceptor_fn *fn, void *arg);

/* The socket that listens. */
int acceptor_fd(const struct acceptor *a);

/* Close it, also in a callback of its own; no callback follows. NULL is welcome. */
void acceptor_close(struct acceptor *a);

#endif
