/* file: small chores with files. */
#ifndef OS_FILE_H
#define OS_FILE_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* open(2), until it is not interrupted: a file system in user space may be. Other people's symbolic links count only as
 * os/links.h says, here and in all that follows. */
int file_open(const char *path, int flags, mode_t mode);

/* Open for appending, close-on-exec; made with `mode`, whatever the umask, if it is not there; -1: with 0644 less the
 * umask. Never waits: what is no regular file (a FIFO, a terminal) stays non-blocking; /dev/stdout and /dev/stderr,
 * where they cannot be opened (a socket, another user's pipe), are our own descriptors once more. A directory, a FIFO
 * nobody reads, a missing folder: -1, with path and reason. */
int file_open_append(const char *path, int mode, struct error *e);

/* Open for reading, close-on-exec, never blocking. A directory is refused. */
int file_open_read(const char *path, struct error *e);

/* /dev/null for reading and writing, close-on-exec: one for all, opened once and never closed. -1 with the reason. */
int file_null(struct error *e);

/* Add all of a regular file of at most `most` bytes to `out`; false with the reason. */
bool file_read(const char *path, size_t most, struct buffer *out, struct error *e);

/* The same, with what the kernel knows of the file that was read, which may not have that name any more. */
bool file_read_known(const char *path, size_t most, struct buffer *out, struct stat *st, struct error *e);

/* Write all of it, and wait where the reader is slow; false with the reason in errno. */
bool file_write(int fd, const char *data, size_t length);

/* Write a new file beside it, sync, rename over it: all or nothing. What is there and no regular file stays. */
bool file_replace(const char *path, const void *data, size_t length, mode_t mode, struct error *e);

/* The same without a wait for the disk: for what means nothing after a power cut, which may leave it empty. */
bool file_swap(const char *path, const void *data, size_t length, mode_t mode, struct error *e);

/* As file_replace where a user says where to: what is a link, a device or a pipe is written into. */
bool file_put(const char *path, const char *data, size_t length, mode_t mode, struct error *e);

/* Add the last `lines` lines of a regular file (of its last `most` bytes) to `out`. A line that is longer is cut at its
 * front. */
bool file_tail(const char *path, size_t lines, size_t most, struct buffer *out, struct error *e);

#endif
