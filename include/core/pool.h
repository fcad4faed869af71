/* pool: the processes of one program: how many there are, and which index each has. Processes of a command take the
 * lowest free index, and give up the highest. Workers get indices that nobody had before, and the oldest goes first. */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include "core/policy.h"
#include "core/process.h"

#include <stdbool.h>
#include <stddef.h>

struct pool {
    struct program *program;  /* of the plan in force */
    struct process **process; /* those that are kept, by index; the supervisor owns them */
    size_t count;
    struct process *only;      /* what `process` points to while there is no more than one, as with most */
    struct respawns *respawns; /* owned */
    unsigned back;             /* its restart is still to be told to those who require it: that run; 0: no */
    int last_index;            /* the highest that was ever given; 0: none */
    unsigned entry;            /* in the snapshot; 0: none */
    bool falls : 1;            /* it goes down, and that is still to be told to those who require it */
    bool scaled : 1;           /* the count is somebody's, not the file's */
    bool kept : 1;             /* it is a user's, and holds beyond this life of reeve */
    bool parked : 1;           /* by WINCH: nobody but a user brings its processes back */
    bool touched : 1;          /* to be written into the snapshot */
};

void pool_free(struct pool *pool);

/* Into the uninitialized `to`; nothing is left of `from`. */
void pool_move(struct pool *to, struct pool *from);

/* Add one that is there already. */
void pool_add(struct pool *pool, struct process *p);

/* Add a process; STOPPED. */
struct process *pool_grow(struct pool *pool, struct supervisor *s);

/* Take the one out whose turn it is, or a certain one; the caller lets it go. */
struct process *pool_shrink(struct pool *pool);
void pool_remove(struct pool *pool, const struct process *p);

/* The only process of a program has its short name. */
void pool_name_processes(struct pool *pool);

/* The one with that index, or NULL. */
struct process *pool_find(const struct pool *pool, int index);

/* Whether one of them at least is wished up. */
bool pool_is_wanted(const struct pool *pool);

/* Whether `p` may be missing for a moment: all others RUN that are wanted and were not given up. */
bool pool_can_miss(const struct pool *pool, const struct process *p);

#endif
