/* pidfile: a file that says which process somebody is. Its first word is the pid; a second one, when the process was
 * started (as in /proc/PID/stat); a third one, which boot of the machine that was. */
#ifndef OS_PIDFILE_H
#define OS_PIDFILE_H

#include "base/error.h"
#include "os/procfs.h"

#include <stdbool.h>

/* Write our own pid, and nothing else, into `path`. Refused when a living process's pid stands there (the error names
 * it); that of a process which is younger than the file is a stranger's, and overwritten like that of a dead one. */
bool pidfile_write(const char *path, struct error *e);

/* Remove it, while it is still ours. */
void pidfile_remove(const char *path);

/* Write that of another process, with all three words, into a folder that is made if it is missing. */
bool pidfile_record(const char *path, const struct process_mark *who, struct error *e);

/* The living process that the file means. One that says when the process was started is held to it; of one that does
 * not, the process must be older than the file. A file of another user than root and ourselves can only mean a process
 * of that user. False: no such process, for a reason that `e` tells. */
bool pidfile_find(const char *path, struct process_mark *out, struct error *e);

/* Remove it if it means the process with this pid, which has ended. */
void pidfile_forget(const char *path, pid_t pid);

#endif
