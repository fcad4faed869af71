/* hooks: the functions of the file that are told what happened, and the words for it. */
#ifndef SCRIPT_HOOKS_H
#define SCRIPT_HOOKS_H

#include "core/bus.h"
#include "core/process.h"
#include "script/state.h"

#include <lua.h>
#include <stdbool.h>

/* The names of events that reeve itself tells; a NULL ends them. */
extern const char *const hooks_events[];

/* The generation in force; NULL: it has no functions. */
void hooks_set_current(struct script *s);

/* The same; borrowed, until the next turn of the loop. */
struct script *hooks_current(void);

/* In a forked copy of reeve: there is no supervisor to hear of, or to ask. */
void hooks_leave(void);

/* Run the task of a function that is told of this event; `p` is NULL for what concerns no process. In its lane hooks
 * run one after the other, and reeve's end waits for those that hear of an end. */
void hooks_run(struct task *t, const char *event, const struct process *p);

/* The last words of a generation: another configuration takes over ("reload"), reeve ends ("end"), or wants to begin
 * anew ("upgrade"). */
void hooks_say_farewell(struct script *s, const char *why);

/* It is being freed. */
void hooks_forget(const struct script *s);

/* Tell every `on(…)` of an emitted event, which is the table on top of `L`; popped. Only the generation in
 * force is told. */
void hooks_tell_emitted(struct script *s, lua_State *L, const char *name);

/* Tell every `on(…)` of an event of another room's, which concerns no process; `subject` is what patterns are held
 * against, `push` makes the event's table. Nothing is pushed if nobody listens. More than the hooks can keep up with is
 * dropped, and counted in the log. */
typedef void hooks_push_fn(lua_State *L, void *arg);
void hooks_tell(const char *event, const char *subject, hooks_push_fn *push, void *arg);

/* Whether some hook wants to know what the process writes; tell them a line of "stdout" or "stderr". */
bool hooks_want_lines(const struct process *p);
void hooks_tell_line(struct process *p, const char *text, size_t length, const char *stream);

#endif
