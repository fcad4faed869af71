/* connection: a client's socket with a buffer in both directions. */
#ifndef OS_CONNECTION_H
#define OS_CONNECTION_H

#include "os/loop.h"

#include <stdbool.h>
#include <stddef.h>

struct connection;

/* Bytes came; returns how many of them are used up, the rest is shown again with what follows. */
typedef size_t connection_read_fn(struct connection *c, const char *data, size_t length, void *arg);

/* The other side sends no more (`broken` false: it may still read), or the connection is gone (`broken` true).
 * Where both come true at the same time, the first is told before the second. */
typedef void connection_end_fn(struct connection *c, bool broken, void *arg);

/* Own `fd`, non-blocking, from now on. */
struct connection *connection_open(struct loop *loop, int fd, connection_read_fn *on_read, connection_end_fn *on_end,
                                   void *arg);

/* Have the kernel look, after so many seconds without a word, whether the other side is still there; if not, the
 * connection breaks within a minute. */
void connection_keep_alive(struct connection *c, int seconds);

/* Queue bytes to send. Returns how many wait to be sent: the caller judges a reader that is too slow. */
size_t connection_write(struct connection *c, const void *data, size_t length);

/* Bytes that still wait to be sent: how many, and which. */
size_t connection_pending(const struct connection *c);
const char *connection_unsent(const struct connection *c, size_t *length);

/* Call `fn` with the connection's `arg` whenever all was sent (for streams that wait for their reader), never from
 * within connection_write. NULL: do not. */
void connection_on_drained(struct connection *c, loop_fn *fn);

/* Send what waits, then close and free; no callback follows. A reader that takes nothing for 5 s is cut off. */
void connection_finish(struct connection *c);

/* Close and free now, also in a callback of its own. NULL is welcome. */
void connection_close(struct connection *c);

/* Free it and leave the descriptor, which is returned, to the caller. What waits to be sent is lost. */
int connection_release(struct connection *c);

int connection_fd(const struct connection *c);

#endif
