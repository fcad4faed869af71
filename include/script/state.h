/* state: one generation: a lua_State with its ceiling of memory, what it offers to the user's file, and the functions
 * that this file gave us. */
#ifndef SCRIPT_STATE_H
#define SCRIPT_STATE_H

#include "base/duration.h"

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

struct call;
struct loading;
struct pulse;
struct subscription;
struct task;
struct timer;

enum { THREADS_SPARE = 16 };

/* A coroutine that C begins with, kept from collection by its reference. */
struct thread {
    lua_State *L;
    int reference;
};

struct script {
    LIST_ENTRY(script) link;
    lua_State *L;
    size_t used;       /* bytes */
    size_t ceiling;    /* of them */
    size_t collected;  /* what was in use after the last full collection before a fork; 0: there was none */
    bool limited;      /* user code runs: the ceiling holds. C's own small needs are always met */
    bool doomed;       /* free it once nothing of it runs any more */
    struct call *call; /* the innermost that runs */

    /* The functions of the file have numbers that no other living generation uses. */
    int first_function, function_count;

    struct subscription *subscriptions; /* by `on` */
    size_t subscription_count;

    int farewell;   /* a function of reeve's own modules, in Lua's registry: another generation takes over; 0: none */
    int alert_test; /* another one: what `alert test` runs */

    char *path;             /* of the configuration, as it was given */
    char *folder;           /* of the configuration, with a slash at its end; "" for the one we are in */
    struct timer *delivery; /* emitted events wait in Lua's registry until it fires */

    TAILQ_HEAD(, task) tasks; /* that have not ended, in the order in which they were made */
    size_t task_count;
    LIST_HEAD(, pulse) pulses; /* reeve.after, reeve.every */
    size_t pulse_count;
    size_t descriptors;      /* that files and streams of Lua's hold */
    size_t descriptors_many; /* with so many garbage is collected */
    struct timer *grace;     /* after that its tasks are ended: another generation is in force */
    bool in_force;           /* its plan is */

    struct thread spare[THREADS_SPARE];
    int spare_count;

    msec hook_time;
    msec lease;              /* of the cluster that the file follows; 0: none */
    struct loading *loading; /* while the file is evaluated, else NULL */
};

/* `path` is the configuration's. */
struct script *script_new(const char *path);

/* Now, or when the call that is running has returned and its tasks have ended. NULL is welcome. */
void script_free(struct script *s);

/* The generation that a coroutine belongs to. */
struct script *script_of(lua_State *L);

/* The generations there are, the newest first: NULL begins and ends. */
struct script *script_next(const struct script *s);

/* An empty coroutine for C to begin with; raises in `L` if there is no memory. Its stack is C's until it is given
 * back: `spoilt` if it cannot be used again. */
struct thread script_take_thread(struct script *s, lua_State *L);
void script_give_thread(struct script *s, struct thread thread, bool spoilt);

/* Whether it is one of those: the user has no business with it. */
bool script_owns_thread(lua_State *L);

/* The generation whose function has this number; NULL: it is gone. */
struct script *script_owner(int reference);

/* The number of the function on top of the stack, which is popped. The same function always gets the same. */
int script_keep_function(struct script *s, lua_State *L);

/* Push the function of that number. */
void script_push_function(struct script *s, lua_State *L, int reference);

/* A file or stream has been opened, or closed. Those that nobody closes go with the garbage, and Lua, which counts
 * bytes and not descriptors, might leave that for a long time: with many open it is made to collect it. */
void script_opened(lua_State *L);
void script_closed(struct script *s);

/* Collect garbage and give free memory back to the system. */
void script_shrink(struct script *s);

/* Where the code that called us stands: the nearest Lua function from `level` on. */
struct spot {
    char file[512]; /* "": unknown */
    int line;
};
struct spot script_spot(lua_State *L, int level);

#endif
