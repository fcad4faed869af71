/* stream: reads what a child writes.
 *
 * One read into a large buffer shared by all streams, one callback per wake-up. Under load a pipe is
 * left alone for some milliseconds between reads, so that two hundred children that write a line at a time
 * cost one wake-up each 50 ms and not one a line; a pipe that fills is widened and read without a pause. */
#ifndef OS_STREAM_H
#define OS_STREAM_H

#include "os/loop.h"

#include <stdbool.h>
#include <stddef.h>

struct stream;

/* `length` bytes that were read (valid during the call only). NULL: the stream has ended. */
typedef void stream_fn(const char *data, size_t length, void *arg);

/* Read `fd` (made non-blocking) from now on, and own it. */
struct stream *stream_open(struct loop *loop, int fd, stream_fn *fn, void *arg);

/* What it reads from. */
int stream_fd(const struct stream *s);

/* Read nothing until stream_resume: the writer waits, as at any pipe. */
void stream_pause(struct stream *s);
void stream_resume(struct stream *s);

/* Read at once what is there now, without waiting for the loop: the child has ended.
 * True when the end was reached (the callback was told so). Paused streams read nothing. */
bool stream_drain(struct stream *s);

/* Close the descriptor and forget unread bytes. May be called in the callback. NULL is welcome. */
void stream_close(struct stream *s);

#endif
