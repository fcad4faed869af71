/* pace: how long a pipe may be left alone between two reads. Pure: it reads no clock and no pipe. */
#ifndef OS_PACE_H
#define OS_PACE_H

#include "base/duration.h"

#include <stdbool.h>
#include <stddef.h>

enum { PACE_LONGEST = 50 };

/* All zero but `capacity` is a pipe of which nothing was read yet. */
struct pace {
    size_t capacity; /* bytes that fit into the pipe */
    msec since;      /* of the present measure */
    size_t bytes;    /* read since then */
    msec rest;       /* the one that was granted last */
    unsigned hurry;  /* measures in a row that left no time for a rest */
    bool tight;      /* the pipe is too small for its writer: widen it, then pace_widened */
};

/* `length` bytes were read at `now`, in one or more reads; `full` when one of them found the pipe full. Returns for
 * how long to rest now, so that the pipe gets at most a quarter full meanwhile; 0: not at all. A
 * writer that was calm is read at once, and rests grow from 1 ms: a sudden burst never waits for long. */
msec pace_read(struct pace *p, size_t length, bool full, msec now);

/* It holds `capacity` bytes now; the same as before when it could not be widened, and is not `tight` again for a while.
 */
void pace_widened(struct pace *p, size_t capacity);

#endif
