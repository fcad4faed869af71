/* stamp: a time as logs say it: RFC 3339, in UTC, with milliseconds. */
#ifndef BASE_STAMP_H
#define BASE_STAMP_H

#include "base/duration.h"

/* "2024-05-01T12:00:00.123Z" */
struct stamp {
    char text[40];
};

/* `wall` is milliseconds since 1970. */
void stamp_set(struct stamp *stamp, msec wall);

#endif
