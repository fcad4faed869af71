/* budget: how long user code may run. Lua cannot be interrupted from outside, so a timer's signal arms a count
 * hook on every coroutine that runs, and the hook gets out: by a yield, which no pcall catches, or, where a C function
 * is in between, by an error, which reeve's own pcall passes on. Nothing is slower while no time runs out; where the
 * kernel has no timer, the hook is there from the start and looks at the clock.
 *
 * One per process, for the thread of the loop. */
#ifndef SCRIPT_BUDGET_H
#define SCRIPT_BUDGET_H

#include "base/duration.h"

#include <lua.h>
#include <stdbool.h>

/* A limit that is none. */
enum { BUDGET_UNLIMITED = -1 };

/* Start the clock, unless it runs already: an entry within an entry lives on the outer one's time. True if this one
 * is the outer one, which says budget_stop at its end. */
bool budget_start(msec limit);
void budget_stop(void);

/* In a forked copy of reeve: nothing has been entered, and there is no timer. */
void budget_leave_parent(void);

/* The file itself says how long it may take: count from the start, but with another limit. */
void budget_change(msec limit);

/* `L` runs from now on, on behalf of the one that entered before it. False: too many run within each other. */
bool budget_enter(lua_State *L);
void budget_leave(void);

/* The coroutine that runs now; NULL: none. */
lua_State *budget_running(void);

/* Whether the time is over. */
bool budget_is_spent(void);

/* Get out of `L`; does not return. For C functions that call back, as soon as they notice. */
int budget_cut_off(lua_State *L);

#endif
