/* compressor: turns the old files of one log, PATH.1 PATH.2 …, into PATH.1.gz PATH.2.gz …, one at a time, by gzip in
 * a child that stands back for everybody else. The files may be renamed meanwhile: it is told, and follows. */
#ifndef CORE_COMPRESSOR_H
#define CORE_COMPRESSOR_H

#include "os/child.h"

/* All zero is idle. */
struct compressor {
    char *path; /* of the log; owned */
    int backups;
    int index; /* where the file that gzip reads stands now; beyond `backups`: it is gone */
    struct child *gzip;
    struct companion *companion;
};

/* Whose children they are. Without, nothing is compressed. */
void compressor_use(struct children *all);

/* Compress what is not yet among PATH.1 to PATH.`backups`. */
void compressor_start(struct compressor *c, const char *path, int backups);

/* PATH.1 to PATH.`last` are one further from now on. */
void compressor_shifted(struct compressor *c, int last);

/* Leave off; what was begun is as before. */
void compressor_stop(struct compressor *c);

#endif
