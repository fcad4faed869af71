/* The inside of a process, for the files that make it up: process.c (the machine), launch.c (a start),
 * stopping.c (the way down) and process_words.c (what it says of itself). */
#ifndef CORE_PROCESS_PRIVATE_H
#define CORE_PROCESS_PRIVATE_H

#include "core/environment.h"
#include "core/output.h"
#include "core/policy.h"
#include "core/process.h"
#include "core/supervisor.h"

struct process {
    struct supervisor *supervisor;
    struct plan *plan;              /* held */
    struct program *program;        /* of that plan */
    struct program *resolved;       /* owned: what the present run was started with, if some settings are computed */
    struct child *child;            /* alive, or ended and not over yet; NULL otherwise */
    struct side_command *stop_cmd;  /* a stop command that runs; NULL otherwise */
    struct timer *timer;            /* what the state waits for: starttime, backoff, a step of the stop */
    struct timer *patience;         /* the output of an ended child is waited for no longer than this */
    struct timer *age;              /* max_age */
    struct output *out, *err;       /* NULL where nothing is kept */
    struct process_exit *last_exit; /* owned; NULL before the first end */
    char *name;                     /* owned; NULL while it is the program's own */
    msec since;                     /* of the state */
    msec started;                   /* of the child */
    struct policy_memory memory;
    unsigned id;
    int index, restarts, attempt;
    unsigned stop_step;
    enum process_state state;
    bool wanted;
    bool ended; /* the child's status is known, though its output or its group may not be over */
    bool out_open, err_open;
    bool group_lives; /* others of an ended child's group are still on their way out */
};

/* What a command of a process's program needs to run. */
struct launch {
    struct child_request request;
    struct environment environment;
    struct identity identity;
    struct limit limits[LIMITS_MOST + 1];
    int close_after[3]; /* descriptors that are ours only until the child has them; -1: none */
};

/* Environment, identity, directory, limits of `settings`; stdio is /dev/null. To be cleared also after a failure. */
bool launch_prepare(struct launch *l, struct process *p, const struct program *settings, struct error *e);
void launch_clear(struct launch *l);

/* Start the child of `p`. Sets child, started, resolved and the outputs. */
bool process_launch(struct process *p, child_exit_fn *on_exit, struct error *e);

/* The settings of the present run. */
static inline const struct program *process_settings(const struct process *p)
{
    return p->resolved != NULL ? p->resolved : p->program;
}

/* process.c: the only place where the state changes; call the machine again after `delay`. */
void process_enter(struct process *p, enum process_state next);
void process_wait(struct process *p, msec delay);

/* stopping.c: from alive to stopped. */
void process_begin_stop(struct process *p);
void process_stop_step_over(struct process *p);

/* process_words.c */
void process_exit_reason(struct process_exit *exit);
void process_log_end(const struct process *p, const struct process_exit *exit, const struct verdict *verdict);

#endif
