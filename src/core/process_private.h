/* The inside of a process, for the files that make it up: process.c (the machine), wishes.c (what moves it), computed.c
 * (the settings of a run), launch.c (a start), aging.c (max_age), stopping.c (the way down), ending.c (the end of a
 * child), verdict.c (what follows from it), care.c (readiness, heartbeat, health), process_words.c (what is said of
 * it), process_keep.c and process_resume.c (from one life to the next). */
#ifndef CORE_PROCESS_PRIVATE_H
#define CORE_PROCESS_PRIVATE_H

#include "core/bus.h"
#include "core/environment.h"
#include "core/gate.h"
#include "core/history.h"
#include "core/output.h"
#include "core/policy.h"
#include "core/process.h"
#include "supervision.h"

struct process {
    struct supervisor *supervisor;
    struct program *program;       /* its plan is held */
    struct program *resolved;      /* owned: what the present run was started with, if some settings are computed */
    struct child *child;           /* alive, or ended and not over yet; NULL otherwise */
    struct side_command *stop_cmd; /* a stop command that runs; NULL otherwise */
    struct timer *timer;           /* what the state waits for: starttime, backoff, a step of the stop */
    struct timer *patience;        /* the output of an ended child is waited for no longer than this */
    struct timer *age;             /* max_age */
    struct output *out, *err;      /* NULL where nothing is kept */
    struct history *history;       /* its ends; owned; NULL before the first one */
    struct gate *gate;             /* what the step waits for: before_start, before_stop; NULL: for neither */
    struct care *care;             /* owned; NULL while nobody looks after it */
    char *name;                    /* owned; NULL while it is the program's own */
    msec since;                    /* of the state */
    msec started;                  /* of the child */
    struct policy_memory memory;
    unsigned entry; /* in the snapshot; 0: none */
    unsigned id;
    unsigned run; /* number of the last start among all */
    int index, restarts, attempt;
    /* One word: there may be thousands of processes, and eight bytes more make the allocator's next size. */
    unsigned stop_step : 14; /* STOP_STEPS_OVER: all are behind it, also those that a later plan may add */
    enum process_state state : 3;
    bool wanted : 1;
    bool ended : 1; /* the child's status is known, though its output or its group may not be over */
    bool out_open : 1, err_open : 1;
    bool group_lives : 1; /* others of an ended child's group are still on their way out */
    bool held : 1;        /* STARTING or STOPPING, but others come first */
    bool touched : 1;     /* the snapshot has not what it is now */
    bool ends_touched : 1;
    bool listed : 1;         /* by the supervisor, to be written when the turn is over */
    bool kept : 1;           /* the wish is a user's, and holds beyond this life of reeve */
    bool starter : 1;        /* the child only starts what puts itself into the background */
    bool let_go : 1;         /* it is of no pool any more */
    bool policy_changed : 1; /* in BACKOFF: since its end was judged */
    bool behind : 1;         /* it runs with settings that a reload has changed since */
    bool started_alone : 1;  /* under the program's own name: brothers may have come since, or gone */
};

/* In the place of a step. */
enum { STOP_STEPS_OVER = 0x3fff };

/* The places of a process's numbers in the snapshot; new ones come last. */
enum {
    KEPT_ID,
    KEPT_PLAN,
    KEPT_INDEX,
    KEPT_STATE,
    KEPT_WANTED,
    KEPT_KEPT,
    KEPT_SINCE,
    KEPT_STARTED,
    KEPT_RUN,
    KEPT_ATTEMPT,
    KEPT_RESTARTS,
    KEPT_FAILED_STARTS,
    KEPT_SHORT_RUNS,
    KEPT_DUE, /* the timer, the age: times of the clock */
    KEPT_AGE,
    KEPT_STOP_STEP,
    KEPT_STARTED_ALONE,
    KEPT_STARTER,
    KEPT_BEHIND,
    KEPT_NUMBERS
};

/* Why a process is ended though nobody wished so. */
struct blame {
    char reason[160];
    bool was_starting;
};

/* computed.c: work them out, where some are computed; once more, under the name that it was started with. */
bool process_resolve(struct process *p, struct error *e);
bool process_resolve_again(struct process *p, struct error *e);

/* What a command of a process's program needs to run. */
struct launch {
    struct child_request request;
    struct environment environment;
    struct identity identity;
    struct limit limits[LIMITS_MOST + 1];
    int close_after[4];   /* descriptors that are ours only until the child has them; -1: none */
    struct words sockets; /* names of those that come first */
    int *passed;          /* owned: those that become 3, 4 … */
    int bell;             /* a worker's number for the board's bell */
};

/* Environment, identity, directory, limits of `settings`; stdio is /dev/null. To be cleared also after a failure. */
bool launch_prepare(struct launch *l, struct process *p, const struct program *settings, struct error *e);
void launch_clear(struct launch *l);

/* The child gets `fd` as `number`, 3 or more; lower ones that nobody asked for stay closed. */
void launch_pass(struct launch *l, int number, int fd);

/* Start the child of `p`. Sets child, started, resolved and the outputs. */
bool process_launch(struct process *p, child_exit_fn *on_exit, struct error *e);

/* `who`, a living process, is its child from now on. */
bool process_join(struct process *p, const struct process_mark *who, child_exit_fn *on_exit, struct error *e);

/* The same with the one whom its pid file means, if it is of a program that has one. False: there is none. */
bool process_find_again(struct process *p, child_exit_fn *on_exit);

/* NULL before the first end. */
static inline struct process_exit *last_exit(const struct process *p)
{
    return history_end(p->history, 0);
}

/* Whether it is ready by another rule than its starttime. */
static inline bool program_is_asked(const struct program *program)
{
    return program->ready != NULL || program_function(program, "ready") != NULL;
}

/* process.c: the only place where the state changes; call the machine again after `delay`. */
void process_enter(struct process *p, enum process_state next);
void process_wait(struct process *p, msec delay);
void process_became_ready(struct process *p);
void process_daemon_found(struct process *p, const struct process_mark *who, const char *why); /* NULL: and why not */
void process_start_anew(struct process *p, bool by_user);

/* An automatic restart, at once. `untold`: the verdict on the last run, if the log does not know it yet. */
void process_restart_by_verdict(struct process *p, const struct verdict *untold);
void process_publish(struct process *p, enum event_kind kind, const struct process_exit *exit);

/* The last end from now on, to be filled in. */
struct process_exit *process_new_exit(struct process *p);

/* aging.c: max_age is counted from when it was RUNNING, that of a detached one from its start; it is reached at `due`,
 * of the clock. */
void process_begin_aging(struct process *p);
void process_age_at(struct process *p, msec due);

/* verdict.c: the child is over in every respect: go on; the last run was none that a user stopped: say and do what
 * follows. */
void process_over(struct process *p);
void process_judge(struct process *p, bool was_running);

/* verdict.c: the time of a backoff is over. */
void process_retry(struct process *p);

/* stopping.c: from alive to stopped; a held one may go on. */
void process_begin_stop(struct process *p);
void process_proceed_stop(struct process *p);
void process_stop_step_over(struct process *p);
void process_stop_again(struct process *p); /* from the first step: the child is another one */

/* ending.c: something that an end waits for has come; the end of a child, and what is left to wait for of one that
 * ended in a former life. */
void process_check_over(struct process *p);
void process_child_exited(struct child *c, const struct child_exit *end, void *arg);
void process_resume_end(struct process *p);

/* The last end gets its reason, if it has none yet: whoever is told of it needs that, but the child that follows at
 * once does not wait for it. */
void process_explain_end(const struct process *p);

/* care.c: whoever starts a child says what is to be waited for, before and after; RUNNING begins what lasts; on the way
 * down and at the end nothing is asked any more; all is forgotten when the end has been judged. */
bool care_prepare(struct process *p, struct launch *l, struct error *e);
void care_child_started(struct process *p);
void care_await_ready(struct process *p);
void care_await_daemon(struct process *p);  /* it is started by the child */
void care_starter_ended(struct process *p); /* well */
bool care_awaits_daemon(const struct process *p);
void care_begin(struct process *p);
void care_stop(struct process *p);
void care_forget(struct process *p);
void care_adopt(struct process *p, const struct program *before);
struct board_line *care_line(const struct process *p); /* NULL: it is no worker */
void care_describe(const struct process *p, struct buffer *out);

/* For the next life, and from there: what was said and done so far, and then what is still to be waited for. */
void care_pack(const struct process *p, bool whole, struct buffer *out);
void care_unpack(struct process *p, const char *data, size_t length);
void care_resume(struct process *p);
bool care_awaited_daemon(const struct process *p); /* in the former life */

/* The blame that it carries, or NULL; a user's wish takes it away. */
const struct blame *care_blame(const struct process *p);
void care_put_blame(struct process *p, const char *reason);
void care_forgive(struct process *p);

/* process_words.c */
void process_exit_reason(struct process_exit *exit);
void process_verdict_words(const struct verdict *verdict, struct buffer *out);
void process_log_end(struct process *p, const struct verdict *verdict);

#endif
