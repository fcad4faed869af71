/* lane: the hooks of one process run one after the other, in the order of its events: one that waits holds up those
 * behind it, and nobody else. */
#ifndef SCRIPT_LANE_H
#define SCRIPT_LANE_H

#include "script/task.h"

#include <stdbool.h>
#include <stddef.h>

enum { LANE_LONGEST = 1000 };

/* How many hooks of the process with this id have not ended. */
size_t lane_length(unsigned id);

/* Whether one more may be added; false is told to the log, once until it has been empty. `what` is for that. */
bool lane_has_room(unsigned id, const char *what);

/* Call `fn` whenever a lane has become empty; NULL: do not. */
typedef void lane_fn(unsigned id);
void lane_on_empty(lane_fn *fn);

/* Run it now if no hook of the process waits, else when those have ended. The lane must not be full. */
void lane_run(unsigned id, struct task *t);

#endif
