/* output: one stream of one process on its way to where it is kept.
 *
 * Lines to syslog are "NAME: line", LOG_INFO from stdout and LOG_WARNING from stderr, in the facility of reeve's own
 * log.
 *
 * It outlives the process's runs: the file stays open, the ring keeps the last words of the dead. Streams that
 * cost reeve nothing (a plain path, discard, inherit) have no output at all: output_open hands their descriptor out. */
#ifndef CORE_OUTPUT_H
#define CORE_OUTPUT_H

#include "base/buffer.h"
#include "base/error.h"
#include "core/program.h"
#include "os/former.h"
#include "os/loop.h"
#include "os/snapshot.h"

#include <stdbool.h>
#include <stddef.h>

struct output;

/* NULL where the settings need none. `process_name` and `stream` ("stdout", "stderr") are copied. */
struct output *output_new(struct loop *loop, const struct output_settings *s, const char *process_name,
                          const char *stream);
void output_free(struct output *o);

/* Lines begin with another name from now on. NULL is welcome. */
void output_rename(struct output *o, const char *process_name);

/* The descriptor that the next child gets for this stream, or -1: a path that cannot be opened. `*close_it` says
 * whether the caller closes it after the child was started. With a pipe, reading starts here. `o` may be NULL for kinds
 * that need no output. `mode` is that of a plain path that is made; -1: 0644, less our own umask. */
int output_open(struct output *o, const struct output_settings *s, int stream, int mode, bool *close_it,
                struct error *e);

/* The child could not be started: forget what output_open prepared. */
void output_cancel(struct output *o);

/* The child has ended: read what is there. True when the stream ended; else `on_end` is called once it does (a
 * grandchild may hold the pipe). output_cut stops waiting and reads no more. NULL is welcome and has ended. */
bool output_drain(struct output *o, loop_fn *on_end, void *arg);
void output_cut(struct output *o);

/* Whether `o` (NULL for streams without one) still serves these settings, or another must be made. */
bool output_serves(const struct output *o, const struct output_settings *s);

/* Other limits, formats and rotation hold from now on; only settings that are live may differ. */
void output_adopt(struct output *o, const struct output_settings *s);

/* The last `lines` lines (or everything kept). False when nothing can be read, with the reason. For a plain path
 * the file's end is read (`o` NULL). */
bool output_tail(const struct output *o, const struct output_settings *s, size_t lines, struct buffer *out,
                 struct error *e);

/* From now on, that is from the beginning, the last words and an unfinished line are in the snapshot.
 * NULLs are welcome. */
void output_keep(struct output *o, struct snapshot *snapshot);

/* For the next life: the descriptor that is read, and where the rest is. Nothing where there is nothing. */
void output_pack(const struct output *o, struct buffer *out);

/* Go on where a former life was. `o` may be NULL. */
void output_resume(struct output *o, const struct output_settings *s, const struct former *former, const char *data,
                   size_t length);

/* The line that was begun and is not finished, as far as it is kept; nothing if there is none. */
void output_begun(const struct output *o, struct buffer *out);

/* Call `fn` with everything that is read from now on, as it is read. */
typedef void output_listener_fn(const char *data, size_t length, void *arg);
struct output_listener *output_listen(struct output *o, output_listener_fn *fn, void *arg);
void output_unlisten(struct output_listener **l);

/* Rotate the file now; open it again by its path. */
bool output_rotate(struct output *o, struct error *e);
void output_reopen(struct output *o);

/* Lines that were dropped because the file was full or failed; -1: none is written. */
long output_dropped(const struct output *o);

#endif
