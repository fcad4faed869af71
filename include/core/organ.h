/* organ: what a room above core adds to the life of a supervisor: something that works beside the programs. It is shown
 * by `status`, and comes to its end before the programs that it may need. */
#ifndef CORE_ORGAN_H
#define CORE_ORGAN_H

#include "base/buffer.h"
#include "os/loop.h"

#include <stdbool.h>
#include <stddef.h>

/* One line of `status`. */
struct organ_line {
    const char *name; /* "gearman:resize" */
    const char *state;
    const char *description;
};
typedef void organ_line_fn(const struct organ_line *line, void *arg);
typedef bool organ_wants_fn(const char *name, void *arg);

struct organ {
    const char *name; /* "gearman"; its lines' names begin with it */
    const char *key;  /* of its member in `status --json`: "functions" */

    /* What it has to show now. */
    void (*each_line)(organ_line_fn *fn, void *arg);

    /* A JSON value: those whose names are wanted. */
    void (*print)(organ_wants_fn *wants, void *arg, struct buffer *json);

    /* Reeve ends: finish what is begun within `limit`, and say `done` once, from the loop. False: there is nothing to
     * finish, and `done` is not called. */
    bool (*stop)(msec limit, loop_fn *done, void *arg);

    /* At once: what was asked to stop is given up. */
    void (*kill)(void);
};

/* Known from now on; `o` must outlive its use. */
void organ_add(const struct organ *o);
void organ_remove(const struct organ *o);

/* All of them: NULL past the end. */
const struct organ *organ_at(size_t i);

#endif
