/* logs: are the lines all there? They carry numbers from 0 on, FOLDER/N.log the newest of those of program N,
 * FOLDER/N.log.1 to .10 the ones rotated away. Or FOLDER/N.log is a folder of a logger that keeps `current` there and
 * what it rotated away as @TIME. */
#ifndef BENCH_LOGS_H
#define BENCH_LOGS_H

#include <stdint.h>

enum { LOGS_LINE = 100, LOGS_BACKUPS = 10 };

/* The number of the last whole line; -1 if there is none. */
int64_t logs_last(const char *folder, unsigned number);

/* How many of `lines` are missing, twice there or out of order. What rotation removed by rights does not count. */
int64_t logs_lost(const char *folder, unsigned number, int64_t lines);

#endif
