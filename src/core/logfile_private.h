/* What the parts of a logfile share: its life (logfile.c), its bytes (logfile_write.c), its turns
 * (logfile_turn.c), its next life (logfile_keep.c). */
#ifndef CORE_LOGFILE_PRIVATE_H
#define CORE_LOGFILE_PRIVATE_H

#include "base/buffer.h"
#include "core/compressor.h"
#include "core/logfile.h"
#include "os/spout.h"

#include <sys/stat.h>

/* A failed sink is tried again after this, and a failed rotation. */
enum { LOGFILE_RETRY = 1000 };

enum turn { TURN_NONE, TURN_ROTATE, TURN_REOPEN };

struct logfile {
    LIST_ENTRY(logfile) link;
    LIST_HEAD(, logfile_user) users;
    struct loop *loop;

    char *path;       /* NULL: reeve's own stream */
    int stream;       /* 1 or 2: that one */
    const char *name; /* for messages */
    struct spout out;
    dev_t device; /* and inode: which file it is */
    ino_t inode;
    bool rotates;
    int64_t size;
    size_t unfinished; /* bytes since the last newline */
    enum turn due;     /* asked for in the middle of a line */
    msec no_turn_before;

    int64_t max_size;
    int backups, mode;
    uid_t uid;
    gid_t gid;
    bool compress;
    struct compressor compressor;

    struct buffer waiting;
    struct watch *watch; /* there, while bytes wait */
    bool failing;
    msec retry_at;
    bool dropped_unfinished; /* the rest of a line whose beginning was dropped is yet to come */
    unsigned long dropped;   /* lines */
    unsigned long lost;      /* of these, since the last good news */
    unsigned entry;          /* in the snapshot */
};

/* Whether it is the file that is written. */
bool logfile_is_at(const struct logfile *f, const struct stat *st);

/* Write from now on to the file that is at the path now; where there is none, and on failure, the old one stays. */
bool logfile_open_again(struct logfile *f, struct error *e);

/* Write what waits; who was asked to stop may go on. False while something waits still. */
bool logfile_flush(struct logfile *f);

/* The line or lines are lost: count them, and tell the number with the next good news. */
void logfile_lose(struct logfile *f, const char *data, size_t length);
void logfile_tell_lost(struct logfile *f, const char *news);

/* How many of these bytes go into this file, for it to end behind a newline; 0: it is time for a new one. */
size_t logfile_share(const struct logfile *f, const char *data, size_t length);

/* logfile_keep.c: write it for the next life; it goes. What a former life left of this one: the descriptor (-1: none),
 * and then the rest. */
void logfile_keep(struct logfile *f, bool whole);
void logfile_forget_kept(struct logfile *f);
int logfile_take_descriptor(const struct logfile *f);
void logfile_take_rest(struct logfile *f);

/* What was asked for, or what the size demands. */
void logfile_turn(struct logfile *f);

#endif
