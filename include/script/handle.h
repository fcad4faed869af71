/* handle: processes and programs as values of Lua. They hold an id or a name, so they may outlive what they name. */
#ifndef SCRIPT_HANDLE_H
#define SCRIPT_HANDLE_H

#include "core/supervisor.h"

#include <lua.h>
#include <stdbool.h>

/* The supervisor that script_listen was told; NULL: none, as while a file is only checked. */
struct supervisor *script_supervisor(void);

/* Its plan; NULL: none. */
const struct plan *script_plan(void);

/* Push a handle. */
void handle_push_process(lua_State *L, const struct process *p);

/* The process of the handle at `index`, which must be one; NULL, with the reason, if it is gone. */
struct process *handle_find_process(lua_State *L, int index, struct error *e);

/* process:wait(state [, timeout]) -> true | nil, message
 * process:usage() -> { rss, cpu, threads, fds } | nil, message */
int handle_wait(lua_State *L);
int handle_usage(lua_State *L);

/* Push a list of handles of all processes of a target. */
int handle_push_processes(lua_State *L, const char *target);

/* call_at(time, f) -> handle: f() runs as a task at that time of the wall clock, in seconds since 1970, or before it
 * when the clock has been set. */
int handle_call_at_time(lua_State *L);

/* inside.task(f, …) -> handle: as reeve.task, but of reeve's own modules, see task_make_own
 * inside.users_task(f, …) -> handle: the same for a function that the user gave one of them, and not of theirs */
int handle_start_own_task(lua_State *L);
int handle_start_users_task(lua_State *L);

/* Whether there is a handle of reeve.task's or reeve.every's kind at `index`, and it has not ended. */
bool handle_runs(lua_State *L, int index);

/* False, with the reason, when reeve ends: nothing is started then. */
bool handle_may_start(struct error *e);

/* true, or nil and the message: for methods that act. */
int handle_push_result(lua_State *L, bool good, const struct error *e);

/* What a process was called: for patterns. NULL: the value at `index` is no handle of a process. */
const char *handle_process_name(lua_State *L, int index);

#endif
