/* process: one running instance of a program, and its state machine.
 *
 * There is a wish, up or down, which users' verbs move, and a fact, the state, which events move.
 * The machine walks from the fact to the wish. */
#ifndef CORE_PROCESS_H
#define CORE_PROCESS_H

#include "base/duration.h"
#include "core/program.h"
#include "os/child.h"

#include <stdbool.h>
#include <stddef.h>

enum process_state {
    PROCESS_STOPPED,
    PROCESS_STARTING,
    PROCESS_RUNNING,
    PROCESS_BACKOFF,
    PROCESS_STOPPING,
    PROCESS_EXITED,
    PROCESS_FATAL
};

struct process;
struct output;
struct plan;
struct supervisor;

/* How a run ended. */
struct process_exit {
    int code;   /* -1: by a signal, or it never ran */
    int signal; /* 0, or what ended it */
    bool core, expected;
    bool oom;          /* the kernel did it, for want of memory */
    bool maybe_oom;    /* it is to be asked for: see process_explain_end */
    bool unknown;      /* how it ended: it was not our child. `code` is -1 */
    bool stopped;      /* by our wish */
    bool failed_start; /* before it was RUNNING; a oneshot that has run has not failed to start */
    char reason[160];  /* one line: "exited with status 1", "killed by SIGSEGV", "exec: …" */
    msec uptime;
    int attempt;  /* which start in a row this was: 1 is the first */
    int restarts; /* automatic ones since the last start by a user */
    msec at;      /* wall clock */
    pid_t pid;    /* 0: it never ran */
    int others;   /* who hold it too, beside the first */
};

/* A process of `program`, whose plan it holds, STOPPED and wished down. */
struct process *process_new(struct supervisor *supervisor, struct program *program, int index);

/* It must not be alive, unless it outlives us. */
void process_free(struct process *p);

/* The wishes. Starting one that is up, or stopping one that is down, changes nothing; start of a
 * FATAL one resets its retries; start while STOPPING starts again afterwards. */
void process_start(struct process *p);
void process_stop(struct process *p);
void process_restart(struct process *p);

/* A restart that is left to somebody else: one that is up runs on, behind the plan. Others are restarted at once. */
void process_restart_later(struct process *p);

/* The wish that it has now is a user's, or comes from one: it is kept beyond this life. The next wish need not be. */
void process_keep_wish(struct process *p);

/* A STOPPED one of a detached program that lives, whoever started it, is RUNNING again. False: it does not. */
bool process_recover(struct process *p);

/* It will be started soon: those who come after it wait for that. */
void process_want(struct process *p);

/* End a living one though nobody wishes so: its end has this reason, and the policy decides what follows. */
void process_condemn(struct process *p, const char *reason, bool at_once);

/* A held one need not wait any longer. */
void process_proceed(struct process *p);

/* KILL its group now. */
void process_kill(struct process *p);

/* To its main process. False, with the reason: it has no child, or the kernel refuses. */
bool process_signal(struct process *p, int number, struct error *e);

/* The program of a newer plan takes the place of the old one: its policies hold from now on. Where it counts from
 * another first_index, the index has moved along, but not the name. */
void process_adopt(struct process *p, struct program *program);

/* It is of no pool any more, and goes when it has stopped. */
void process_let_go(struct process *p);
bool process_is_let_go(const struct process *p);

/* One that waits for a retry, after that: the policy has changed since `before`, so it waits anew, or no longer. */
void process_judge_again(struct process *p, const struct program *before);

/* One that runs on after that: what functions compute is computed once more, for what of it holds at once. */
void process_renew(struct process *p);

/* What it is called: "web:2", or "web" with NULL. The text is copied. */
void process_rename(struct process *p, const char *name);

/* Open the files of its captured streams again. */
void process_reopen(struct process *p);

/* Whether it is behind, or a setting that the child sees would be computed to another value now, by the functions of
 * `program`, than when it was started. `settings` (NULL: nobody asks) gets the names of those that it does not have
 * yet. */
bool process_is_outdated(struct process *p, struct program *program, struct words *settings);

/* It has said KEY=VALUE of itself, by sd_notify. */
void process_hear(struct process *p, const char *key, const char *value);

/* Questions. */
enum process_state process_state(const struct process *p);
const char *process_state_name(enum process_state state); /* "RUNNING" */
bool process_state_parse(const char *name, enum process_state *out);
bool process_is_alive(const struct process *p);   /* has a child */
bool process_is_settled(const struct process *p); /* STOPPED, EXITED or FATAL, and nothing of it left */
bool process_is_held(const struct process *p);    /* STARTING or STOPPING, but waits for others */
bool process_is_well(const struct process *p);    /* no health check finds fault with it */
bool process_is_busy(const struct process *p);    /* a worker that says so */
bool process_is_behind(const struct process *p);  /* up, with settings that a reload has changed since */
bool process_wanted(const struct process *p);     /* wished up */
bool process_wish_is_kept(const struct process *p);
bool process_outlives_us(const struct process *p); /* detached, and up */
const char *process_name(const struct process *p); /* "web" or "web:2" */
unsigned process_id(const struct process *p);      /* never used twice */
int process_index(const struct process *p);
struct program *process_program(const struct process *p);
struct plan *process_plan(const struct process *p);
struct supervisor *process_supervisor(const struct process *p);
pid_t process_pid(const struct process *p);    /* 0: none */
msec process_started(const struct process *p); /* clock_now of the start of its last child */
unsigned process_run(const struct process *p); /* the number of that start among all there were; 0: none */
msec process_uptime(const struct process *p);  /* of the child; -1: none */
int process_restarts(const struct process *p);
const struct process_exit *process_last_exit(const struct process *p); /* NULL: has not ended yet */

/* The last end (`back` 0), the one before (1) …; NULL past the oldest that is kept. */
const struct process_exit *process_end(const struct process *p, size_t back);

/* Why it was given up after that last one; NULL: it was not. */
const char *process_given_up(const struct process *p);

/* What must still come before it is RUNNING, when something other than its time is asked; NULL: nothing. */
const char *process_lack(const struct process *p);

/* What it runs with: its program, with what functions have computed for this run. */
const struct program *process_settings(const struct process *p);

/* Of a stream, 1 or 2: where it goes, and what keeps it; NULL: nothing is kept. */
const struct output_settings *process_output_settings(const struct process *p, int stream);
struct output *process_output(const struct process *p, int stream);

/* "pid 12, uptime 0:00:05", and what it says of itself; "waiting for db"; the reason when BACKOFF or FATAL; the time of
 * the last change otherwise. */
void process_describe(const struct process *p, struct buffer *out);

#endif
