/* file: small chores with files. */
#ifndef OS_FILE_H
#define OS_FILE_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <sys/types.h>

/* Open for appending, non-blocking at the open, close-on-exec; made with `mode` if it is not there. A directory, a
 * FIFO nobody reads, a missing folder: -1, with path and reason. */
int file_open_append(const char *path, mode_t mode, struct error *e);

/* Open for reading, close-on-exec, never blocking. */
int file_open_read(const char *path, struct error *e);

/* All of a regular file of at most `most` bytes; false with the reason. */
bool file_read(const char *path, size_t most, struct buffer *out, struct error *e);

/* Write a new file beside it, sync, rename over it: all or nothing. */
bool file_replace(const char *path, const void *data, size_t length, mode_t mode, struct error *e);

/* mkdir -p. */
bool file_make_directory(const char *path, mode_t mode, struct error *e);

/* The last `lines` lines of a file (at most `most` bytes). */
bool file_tail(const char *path, size_t lines, size_t most, struct buffer *out, struct error *e);

/* Write our pid into `path`, refusing when a living process's pid stands there (the error names it); a stale one is
 * overwritten. Removes it only while it is still ours. */
bool pidfile_write(const char *path, struct error *e);
void pidfile_remove(const char *path);

#endif
