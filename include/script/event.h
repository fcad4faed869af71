/* event: what Lua is told of what happened. */
#ifndef SCRIPT_EVENT_H
#define SCRIPT_EVENT_H

#include "core/bus.h"
#include "core/process.h"

#include <lua.h>

/* Whom it concerns: a process follows its program from plan to plan. NULL: no program. */
const struct program *event_program(const struct event *event);

/* Push the table for `on(…)`. */
void event_push(lua_State *L, const struct event *event);

/* Push how a run ended, for hooks and advisors; nil for NULL. */
void event_push_exit(lua_State *L, const struct process_exit *exit);

#endif
