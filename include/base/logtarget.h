/* logtarget: one place to which log lines go: stderr, syslog or a file. One that fails (no space, a
 * reader that sleeps) ends nothing: it counts the lines that were lost. */
#ifndef BASE_LOGTARGET_H
#define BASE_LOGTARGET_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct logtarget {
    int fd;             /* -1 for syslog */
    char *path;         /* owned; NULL for stderr and syslog */
    unsigned long lost; /* lines since it last worked; logtarget_write counts, the caller sets it back */
    int reason;         /* the errno of the first of them */
    bool announced;     /* the caller's: others know of the loss */
    bool torn;          /* its last line was written in part */
};

/* "stderr", "syslog" (syslogger_open is the caller's) or the path of a file, remembered as an absolute one. */
bool logtarget_open(struct logtarget *t, const char *name, struct error *e);

/* Whoever opens that file first gets this descriptor, which a former life had opened: the file may have another name by
 * now, or be one that we may not open. */
void logtarget_adopt(const char *path, int fd);

/* Close those that nobody has opened. */
void logtarget_drop_adopted(void);

/* Open a file again by its path; on failure the old descriptor stays. Others have nothing to open. */
bool logtarget_reopen(struct logtarget *t, struct error *e);

/* "stderr", "syslog" or the path, for messages. */
const char *logtarget_name(const struct logtarget *t);

/* Write one line: `line` goes to syslog, the `length` bytes of `stamped`, the last a newline, to all others.
 * A line after a torn one begins on a line of its own. False if it was lost. */
bool logtarget_write(struct logtarget *t, int level, const char *line, const char *stamped, size_t length);

/* Close what was opened; stderr stays open. */
void logtarget_close(struct logtarget *t);

#endif
