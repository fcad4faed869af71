/* pool: the processes of one program: how many there are, and which index each has. */
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
    struct respawns *respawns; /* owned */
    unsigned back;             /* its restart is still to be told to those who require it: that run; 0: no */
    bool falls;                /* it goes down, and that is still to be told to those who require it */
    bool scaled;               /* the count is a user's, not the file's */
    bool touched;              /* to be written into the snapshot */
    unsigned entry;
};

void pool_free(struct pool *pool);

/* Add one that is there already. */
void pool_add(struct pool *pool, struct process *p);

/* Add a process with the lowest free index; STOPPED. */
struct process *pool_grow(struct pool *pool, struct supervisor *s, struct plan *plan);

/* Take the one with the highest index out; the caller lets it go. */
struct process *pool_shrink(struct pool *pool);

/* The only process of a program has its short name. */
void pool_name_processes(struct pool *pool);

/* The one with that index, or NULL. */
struct process *pool_find(const struct pool *pool, int index);

#endif
