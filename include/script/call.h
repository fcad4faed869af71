/* call: the one door from C into Lua. Each call is a coroutine of its own, with a traceback for what goes wrong, a
 * limit of time and the generation's ceiling of memory.
 *
 *     call_begin(&c, script);
 *     script_push_function(script, c.L, reference);
 *     … push arguments on c.L …
 *     if (call_run(&c, limit))
 *         … results are on c.L …
 *     else
 *         call_log(&c, "hook on_exit of web:1");
 *     call_end(&c);
 */
#ifndef SCRIPT_CALL_H
#define SCRIPT_CALL_H

#include "base/buffer.h"
#include "base/duration.h"
#include "script/state.h"

#include <lua.h>
#include <stdbool.h>

struct call {
    struct script *script;
    lua_State *L;
    struct thread thread;
    struct task *task;  /* that runs; NULL: nothing in it may wait */
    bool waits;         /* the task will go on later */
    struct call *outer; /* of the same generation */
    bool was_limited;
    bool own;           /* reeve's own module runs: the ceiling is not for it, who may have to tell of those above */
    bool failed;        /* by an error */
    bool cut_off;       /* it ran too long */
    struct spot spot;   /* of the error, as far as it is known */
    struct buffer text; /* the error, without its spot */
    struct buffer traceback; /* a line each, innermost first */
};

/* An empty stack to push on. Nothing in between may raise: the ceiling of memory does not hold here. */
void call_begin(struct call *c, struct script *s);

/* Another piece of a task, in its coroutine; its first one begins with call_prepare. */
void call_enter(struct call *c, struct script *s, lua_State *L, struct task *task);
void call_prepare(lua_State *L);

/* Run the function at the bottom of the stack with the arguments above it. True: only its results are on the stack, or
 * the task waits. */
bool call_run(struct call *c, msec limit);

/* A task is ended while it waits: `<close>` variables are closed, and must not wait. */
void call_close(struct call *c, msec limit);

/* Where `L` was when its time was over: called as it is cut off, since it cannot be told exactly afterwards. */
void call_interrupted(lua_State *L);

/* Whether what runs now is of reeve's own modules. */
bool call_is_own(const struct script *s);

/* Add "FILE:LINE: text", what it failed by. */
void call_explain(const struct call *c, struct buffer *out);

/* The same into the log, and the traceback; counted. */
void call_log(const struct call *c, const char *what);
unsigned long call_errors_logged(void);

/* The coroutine and the texts are gone. */
void call_end(struct call *c);

#endif
