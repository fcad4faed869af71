/* worker: a forked copy of reeve that runs one function of the file, `run`, on a loop of its own. What the file had
 * made is all there; what reeve itself was doing is not: no other task, no timer, no process, no descriptor. */
#ifndef SCRIPT_WORKER_H
#define SCRIPT_WORKER_H

#include "base/duration.h"
#include "core/supervisor.h"

#include <lua.h>
#include <stdbool.h>

/* In reeve, before the fork: the garbage goes, so that the worker has nothing to collect among what it shares. */
void worker_before_fork(void *arg, const struct function *body);

/* In the worker: its whole life. Its exit status. */
int worker_live(void *arg, const struct worker_start *start, const struct function *body);

/* What it began with; NULL: this process is no worker. */
const struct worker_start *worker_self(void);

/* Its own, for what it runs. */
struct children *worker_children(void);

/* Whether it was asked to end; and whether it has been told so (by worker:alive), or should be soon. */
bool worker_is_unwanted(void);
bool worker_is_hurried(void);
void worker_was_told(void);

/* Push the handle that its body gets. */
void worker_push(lua_State *L);

/* A line of text to its stdout, at once. */
void worker_print(const char *text, size_t length);

#endif
