/* task: a function of the file that runs as a coroutine on the loop, and may wait: nobody waits for it. Between two
 * waits it has the generation's hook_time. What it began ends with it.
 *
 * A function of the library that waits is written so:
 *
 *     struct task *t = task_to_wait(L, "reeve.sleep");
 *     … begin something that says task_wake(t) at its end, from the loop …
 *     return task_wait(L, t, on_cancel, work, go_on);
 */
#ifndef SCRIPT_TASK_H
#define SCRIPT_TASK_H

#include "core/task_info.h"
#include "os/loop.h"
#include "script/call.h"
#include "script/state.h"

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

struct task;

/* It has ended: with its results on c->L, or failed by the error in `c`; NULL: it was cancelled, or nobody runs it any
 * more. It is still there, and goes when this returns. */
typedef void task_end_fn(const struct call *c, void *arg);

/* The loop that tasks run on from now on; NULL: none, and those that are left are ended. */
void tasks_open(struct loop *loop);
struct loop *tasks_loop(void);

/* A task of `s` that has not begun. `L` is where an error is raised for want of memory; NULL: C's own, which always has
 * some. */
struct task *task_new(struct script *s, lua_State *L, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Where its function and its arguments are pushed before it begins. */
lua_State *task_stack(struct task *t);

/* Call `fn` at its end, instead of logging what it failed by. */
void task_on_end(struct task *t, task_end_fn *fn, void *arg);

/* Begin now, or soon if tasks have just taken long. True: it has ended already, and is gone. */
bool task_run(struct task *t);

/* Begin soon, from the loop; a task that the file makes while it is evaluated begins when its plan comes into force. */
void task_start(struct task *t);

/* End it where it waits; there is no result. Not for the one that runs. */
void task_cancel(struct task *t);
bool task_is_running(const struct task *t);

/* The variable is set to NULL when the task is gone. One per task. */
void task_watch(struct task *t, struct task **variable);

const char *task_name(const struct task *t);

/* It is about the process with this id, where it is shown. */
void task_concerns(struct task *t, unsigned process);

/* Whether it is of one of reeve's own modules, and so are the tasks that it makes: neither the ceiling of memory nor
 * hook_time is for them, since they work also where the user's hooks do not. */
void task_make_own(struct task *t, bool own);
bool task_is_own(const struct task *t);

/* What it does has to be done: at the end of reeve everybody waits for it, a few seconds at most. */
void task_hold(struct task *t);

/* Whether there are such tasks; if so `on_free` is called once there are none. */
bool tasks_linger(loop_fn *on_free, void *arg);

/* ---- waiting --------------------------------------------------------------------------------------------------- */

/* The task that runs on `L`. Raises where nobody may wait; `what` is the function that wants to. */
struct task *task_to_wait(lua_State *L, const char *what);

/* `go_on(L, …, work)` returns the results once it was woken. `on_cancel(work)` is called if it is ended before that. */
typedef void task_cancel_fn(void *work);
int task_wait(lua_State *L, struct task *t, task_cancel_fn *on_cancel, void *work, lua_KFunction go_on);

/* Room for a timer that ends its wait: whoever waits starts and stops it. */
struct timer **task_timer(struct task *t);

/* The wait that it is about to begin may be ended early, as if it had been cancelled, but the task goes on. */
void task_may_be_roused(struct task *t);

/* Its wait is over: it goes on soon, from the loop. */
void task_wake(struct task *t);

/* End early what may be, of all tasks of `s`. */
void tasks_rouse(struct script *s);

/* ---- generations ----------------------------------------------------------------------------------------------- */

/* Its plan is in force: what waited for that begins; `quiet`: waits on, since hooks are off. */
void tasks_begin(struct script *s, bool quiet);

/* Another generation is in force: timers end now, tasks may go on for a while. */
void tasks_retire(struct script *s);

/* It is to be freed. False: not before its tasks have ended, which will free it. */
bool tasks_release(struct script *s);

/* In a forked copy of reeve: no task of before is ours, nor any timer. Nothing of them is closed, ended or freed. */
void tasks_leave_parent(struct loop *loop);

/* All that run or wait now, the oldest first within each generation. */
void tasks_each(task_info_fn *fn, void *arg);
size_t tasks_count(void);

#endif
