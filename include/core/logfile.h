/* logfile: a sink on disk: a file that is rotated by size.
 *
 * PATH is written, PATH.1 is the newest old one, PATH.2 … older, with .gz when compressed (in a child). No line is
 * split or lost by a rotation. A disk that fails (full, folder gone) drops lines, counts them, says so once, tries
 * again, and says how many were lost when it works again. */
#ifndef CORE_LOGFILE_H
#define CORE_LOGFILE_H

#include "base/error.h"
#include "core/program.h"

#include <stdbool.h>
#include <stddef.h>

struct logfile;

/* Processes that name the same path share one logfile: it is counted. NULL with the reason when it cannot be opened. */
struct logfile *logfile_open(const struct capture_settings *s, struct error *e);
void logfile_close(struct logfile *f);

/* Append bytes. It rotates only behind a newline. */
void logfile_write(struct logfile *f, const char *data, size_t length);

void logfile_adopt(struct logfile *f, const struct capture_settings *s);
bool logfile_rotate(struct logfile *f, struct error *e);
void logfile_reopen(struct logfile *f);
unsigned long logfile_dropped(const struct logfile *f);

#endif
