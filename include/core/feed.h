/* feed: what a process writes from now on, whole lines at a time, over restarts and reloads. */
#ifndef CORE_FEED_H
#define CORE_FEED_H

#include "base/pack.h"
#include "core/supervisor.h"

#include <stddef.h>

struct feed;

/* Lines, each with its newline. */
typedef void feed_fn(const char *data, size_t length, void *arg);

/* `stream` is 1 or 2. `on_end` is called, later, when the process is gone for good; the feed is still to be closed. */
struct feed *feed_open(struct process *p, int stream, feed_fn *fn, loop_fn *on_end, void *arg);

/* A line that was begun before the feed is to be heard as a whole. */
void feed_hear_begun(struct feed *f);

/* Whether it reads a plain path: what is not read yet does not wait in a pipe. */
bool feed_is_of_path(const struct feed *f);

/* What the feed of a next life needs to go on from here. */
void feed_pack(const struct feed *f, struct buffer *out);
void feed_unpack(struct feed *f, struct unpack *u);

/* The run has ended: what it began to write and did not finish is a line, too. (The feed does so itself when it hears
 * of the end; whoever hears of it earlier may not want to wait.) */
void feed_finish_line(struct feed *f);

/* *f becomes NULL; a NULL one is welcome. Not from within `fn`. */
void feed_close(struct feed **f);

/* The settings of a process's stream, and what keeps it (may be NULL); stderr that goes to stdout is stdout. */
const struct output_settings *feed_settings(const struct process *p, int stream);
struct output *feed_output(const struct process *p, int stream);

#endif
