/* lives: how often reeve had to begin again lately because it crashed or hung. */
#ifndef CORE_LIVES_H
#define CORE_LIVES_H

#include "base/duration.h"
#include "base/pack.h"

#include <stdbool.h>
#include <stddef.h>

enum { LIVES_INTERVAL = 60000, LIVES_MOST = 4096 };

/* All zero: there was none. */
struct lives {
    msec *ended; /* owned; within the interval, the oldest first */
    size_t count;
    bool quiet; /* hooks stay off: there were too many */
};

/* One more has ended now. With `most` of them within the interval it becomes quiet. */
void lives_count(struct lives *l, msec now, int most);

/* Whether so many more have ended that there is no use in another one. */
bool lives_are_over(const struct lives *l, int most);

/* For the next life, and from there. */
void lives_pack(const struct lives *l, struct buffer *out);
void lives_unpack(struct lives *l, struct unpack *u);
void lives_free(struct lives *l);

#endif
