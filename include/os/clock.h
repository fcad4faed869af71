/* clock: what time it is. */
#ifndef OS_CLOCK_H
#define OS_CLOCK_H

#include "base/duration.h"

/* Monotonic: for everything that is measured or waited for. */
msec clock_now(void);

/* How long it is until `due`, a time of clock_now; 0: it has come. */
msec clock_left(msec due);

/* Since 1970: for display, files and schedules only. */
msec clock_wall(void);

/* A random number of [0, 1): jitter. */
double clock_random(void);

#endif
