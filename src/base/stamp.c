#include "base/stamp.h"

#include <stdio.h>
#include <time.h>

void stamp_set(struct stamp *stamp, msec wall)
{
    time_t seconds = (time_t)(wall / 1000);
    struct tm utc;
    size_t length;

    gmtime_r(&seconds, &utc);
    length = strftime(stamp->text, sizeof stamp->text, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(stamp->text + length, sizeof stamp->text - length, ".%03uZ", (unsigned)(wall % 1000));
}
