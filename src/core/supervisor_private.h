/* The inside of the supervisor, for the files that make it up: supervisor.c (who owns what, limits), roster.c (which
 * processes there are), sweep.c (who is freed), targets.c (whom a target means), spares.c (how many workers are idle),
 * turns.c and blockers.c (who waits for whom), reload.c (from one plan to the next), shutdown.c (the end), keep.c and
 * handover.c (from one life to the next), state_dir.c (from one that has ended). */
#ifndef CORE_SUPERVISOR_PRIVATE_H
#define CORE_SUPERVISOR_PRIVATE_H

#include "core/census.h"
#include "core/desired.h"
#include "core/lease.h"
#include "core/lives.h"
#include "core/pool.h"
#include "core/sockets.h"
#include "core/survivors.h"
#include "supervision.h"

/* The way to the end: classes of one priority are stopped one after another. */
struct shutdown {
    bool begun, killed;
    bool graceful; /* every program's own stop signal, also for workers */
    bool hurried;  /* asked for twice */
    bool lingers;  /* everything has stopped, but the last words are not said */
    int exit_code;
    int priority;   /* of the class that is being stopped */
    size_t waiting; /* how many of it are not settled yet */
    struct timer *limit;
    size_t organs; /* that are still finishing */
};

/* A growing list of processes. */
struct process_list {
    struct process **process;
    size_t count, capacity;
};

/* What a process that waits for its start may do about those it requires: once, at the beginning. */
enum pull {
    PULL_NOTHING,
    PULL_STOPPED, /* start those of which nobody wants any */
    PULL_ALL      /* and those that are FATAL: a user asked */
};

/* A process that waits for others. */
struct held {
    struct process *process;
    enum pull pull;
};

struct supervisor {
    struct loop *loop;
    struct supervisor_upward upward;
    supervisor_may_listen_fn *may_listen; /* NULL: nobody listens */
    void *may_listen_arg;
    struct bus *bus;
    struct children *children;
    struct plan *plan;           /* in force; held */
    struct pool *pools;          /* one for each program of the plan, in its order */
    struct process_list all;     /* by id; owned */
    struct process_list leaving; /* of no pool any more: they go when they have stopped */
    struct held *held;           /* some twice, some not held any more */
    size_t held_count, held_capacity;
    bool looking; /* soon */
    bool moved;   /* a pool falls or is back */
    struct notices *notices;
    struct sockets *sockets;
    struct census *census;       /* NULL: nothing is kept */
    struct desired *desired;     /* NULL: likewise */
    struct survivors *survivors; /* of earlier lives; nobody is started while they are there; NULL: there are none */
    bool sockets_due;            /* one of them may have had a socket of the plan's */
    struct process_list to_start;
    size_t started_so_far; /* of to_start */
    struct timer *trim;    /* gives back what the starts needed */
    bool starting, sweeping;
    bool wishes_changed; /* and are to be kept soon */
    struct board *board;
    bool has_spares;        /* some program of the plan */
    bool looking_at_spares; /* soon */
    bool visits;            /* it acts on detached programs only */
    struct leases *leases;
    struct respawns *respawns; /* over all programs; owned */
    struct shutdown shutdown;
    struct snapshot *snapshot; /* borrowed; NULL: nothing is kept */
    struct process_list touched;
    bool touched_self, touched_pools;
    unsigned entry;
    unsigned last_id, last_run, last_plan;
    struct lives lives;
    msec started;
    char *address;
    char token[48];
};

/* Add at the end; remove, if it is there. */
void process_list_add(struct process_list *l, struct process *p);
void process_list_remove(struct process_list *l, const struct process *p);

/* roster.c */
struct pool *supervisor_pool_of(const struct supervisor *s, const struct program *program);
void supervisor_fill_pool(struct supervisor *s, struct pool *pool, struct program *program);
void supervisor_let_go(struct supervisor *s, struct process *p);
void supervisor_let_go_again(struct supervisor *s, struct process *p); /* of a former life, which did that */

/* Let some go, or add some; `up`: those are to start. */
void supervisor_resize(struct supervisor *s, struct pool *pool, size_t count, bool up);

/* Take it out of its pool and let it go. */
void supervisor_dismiss(struct supervisor *s, struct pool *pool, struct process *p);

/* state_dir.c: the first processes are there, as the state wants them: what is left of a life before is ended. */
void supervisor_take_up_state(struct supervisor *s);

/* spares.c: another plan is in force; some worker has become busy or idle, or has started or ended. */
void spares_follow_plan(struct supervisor *s);
void supervisor_look_at_spares(struct supervisor *s);
void spares_on_bell(void *supervisor);

/* blockers.c */
struct order_list process_dependents(const struct process *p);
bool process_is_done(const struct process *p); /* a oneshot that has succeeded */
bool pool_is_missing(const struct pool *pool); /* it has processes, and nobody wants any */

/* One of the same name has left its pool and is still on its way down: two at once might want the same port. */
bool supervisor_has_forerunner(const struct supervisor *s, const struct process *p);

/* turns.c: something has changed, for those who are held; also if there are none: a pool falls, or is back; it is RUNNING,
 * perhaps again; those that are about to be freed. */
void supervisor_look_again(struct supervisor *s);
void supervisor_look_soon(struct supervisor *s);
void supervisor_came_back(struct supervisor *s, struct process *p);
void supervisor_forget_held(struct supervisor *s, bool (*is_gone)(const struct process *p));

/* keep.c: the plan has come into force; something of a pool that the plan does not say has changed. */
void supervisor_keep_plan(struct supervisor *s, struct plan *plan);
void supervisor_touch_pool(struct supervisor *s, struct pool *pool);

/* sweep.c: somebody who was let go has stopped. */
void supervisor_sweep_soon(struct supervisor *s);

/* shutdown.c: a process has settled while everything ends; everything was ending when a former life ended. */
void shutdown_settled(struct supervisor *s, const struct process *p);
void shutdown_resume(struct supervisor *s, msec limit);

#endif
