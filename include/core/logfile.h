/* logfile: a sink: a file that is rotated by size, or whatever else a path names, or reeve's own stream.
 *
 * PATH is written, PATH.1 is the newest old one, PATH.2 … older, with .gz when compressed (in a child). No line is
 * split or lost by a rotation; one of more than 64 KB may be split. Only regular files are rotated, and not the one
 * that reeve's own stdout or stderr goes to.
 *
 * A sink that fails (disk full, folder gone, nobody reads) drops lines, counts them, says so once, tries again once a
 * second, and says how many were lost when it works again. One that is slow (a pipe, a terminal) keeps what it was
 * given and asks its users to stop: nobody waits in a call. */
#ifndef CORE_LOGFILE_H
#define CORE_LOGFILE_H

#include "base/error.h"
#include "core/program.h"
#include "os/child.h"
#include "os/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

struct logfile;
struct snapshot;

/* One who writes to a logfile, inside of its owner. */
struct logfile_user {
    LIST_ENTRY(logfile_user) link;
    void (*on_full)(bool full, void *arg); /* give it nothing more; go on */
    void *arg;
};

/* Old files are compressed by children of these. */
void logfile_use_children(struct children *children);

/* What the next life must know of them is written there, whenever a file is opened; and what changes all the time, when
 * all is to be written. NULL: nowhere. */
void logfile_use_snapshot(struct snapshot *snapshot);
void logfile_write_all(void);

/* An entry of a former life: who opens that path, or stream, goes on with it. All that will have been opened: the rest
 * is closed. */
void logfile_resume(const char *data, size_t length);
void logfile_resumed(void);

/* Users that name the same file share one logfile. NULL with the reason when it cannot be opened. */
struct logfile *logfile_open(struct loop *loop, const struct capture_settings *s, struct logfile_user *user,
                             struct error *e);

/* reeve's own stdout (1) or stderr (2): a copy of the descriptor, never opened by a path. */
struct logfile *logfile_inherit(struct loop *loop, int stream, struct logfile_user *user, struct error *e);

/* The last user closes it; what a slow sink does not take within 100 ms is lost, counted and logged. */
void logfile_close(struct logfile *f, struct logfile_user *user);

/* Append bytes. It rotates only behind a newline. */
void logfile_write(struct logfile *f, const char *data, size_t length);

/* Whether it should be given whole lines: it is shared, or may be full in the middle of one. */
bool logfile_wants_lines(const struct logfile *f);

/* Bytes wait for a slow reader. */
bool logfile_is_full(const struct logfile *f);

/* Drop these lines, since it is full, and count them. */
void logfile_drop(struct logfile *f, const char *data, size_t length);

/* Size, number of old files and compression hold from now on; mode and owner from the next file on. */
void logfile_adopt(struct logfile *f, const struct capture_settings *s);

/* Behind the line that is being written, if one is. An empty file stays. */
bool logfile_rotate(struct logfile *f, struct error *e);
void logfile_reopen(struct logfile *f);

/* How many lines were dropped since it was opened, in former lives too. */
unsigned long logfile_dropped(const struct logfile *f);

#endif
