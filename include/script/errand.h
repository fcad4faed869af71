/* errand: what a function of the file wants done with processes. A task has it done at once. Advisors and settings are
 * asked in the middle of a start or an end, and a `<close>` variable may go in the middle of anything: they have it
 * done when they have answered. */
#ifndef SCRIPT_ERRAND_H
#define SCRIPT_ERRAND_H

#include "core/supervisor.h"

#include <lua.h>
#include <stdbool.h>

/* process_start, process_stop, process_restart. */
typedef void errand_fn(struct process *p);

/* False, with the reason: too many are waiting. */
bool errand_run(lua_State *L, struct process *p, errand_fn *fn, struct error *e);

/* *count becomes what is within the program's bounds. */
bool errand_scale(lua_State *L, struct program *program, int *count, struct error *e);

/* Whether the last one that waits for `p` stops it. */
bool errands_stop(const struct process *p);

/* Forget those that wait. */
void errands_drop(void);

#endif
