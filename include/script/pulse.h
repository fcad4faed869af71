/* pulse: a timer of the file, which runs a function as a task: once, or again and again. */
#ifndef SCRIPT_PULSE_H
#define SCRIPT_PULSE_H

#include "base/duration.h"
#include "script/state.h"

#include <lua.h>
#include <stdbool.h>

struct timer;

struct pulse {
    LIST_ENTRY(pulse) link;
    struct script *script;
    int function; /* in Lua's registry */
    msec delay;
    msec due;  /* clock_now of the next run */
    msec wall; /* clock_wall of the only run; 0: `due` counts */
    struct timer *timer;
    struct task *running; /* the run that has not ended */
    struct pulse **watcher;
    bool repeats;
    bool own;       /* made by one of reeve's own modules */
    char name[112]; /* where it was made */
};

/* Run the function on top of the stack (popped) after `delay`; `repeats`: and every `delay` from then on, but not while
 * the run before it still waits. */
struct pulse *pulse_new(lua_State *L, msec delay, bool repeats);

/* Run it once at a time of the wall clock, or before it when that clock has been set: the function looks for itself. */
struct pulse *pulse_new_at(lua_State *L, msec wall);

/* No run any more, and the end of one that waits; a run that cancels its own timer goes on to its end. */
void pulse_cancel(struct pulse *p);

/* The variable is set to NULL when the timer is gone. One per timer. */
void pulse_watch(struct pulse *p, struct pulse **variable);

/* Its generation is in force. */
void pulse_begin(struct pulse *p);

/* No run any more; one that waits goes on. */
void pulse_free(struct pulse *p);

/* In a forked copy of reeve: there are none. */
void pulses_leave_parent(struct script *s);

/* There are none any more, and the loop goes. */
void pulses_close(void);

#endif
