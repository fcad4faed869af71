/* supervisor: owns everything: the plan in force, the processes, the bus. Applies plans, shuts down in order. */
#ifndef CORE_SUPERVISOR_H
#define CORE_SUPERVISOR_H

#include "base/buffer.h"
#include "base/problems.h"
#include "core/bus.h"
#include "core/plan.h"
#include "core/policy.h"
#include "core/process.h"
#include "core/task_info.h"
#include "os/child.h"
#include "os/loop.h"

#include <stdbool.h>
#include <stddef.h>

struct board;
struct board_line;
struct notices;
struct reload_report;
struct sockets;
struct supervisor;

/* What a worker begins with, in its own process. */
struct worker_start {
    const struct process *process;
    char *const *environment;
    const struct words *sockets; /* their names; the first is descriptor 3 */
    struct board *board;
    struct board_line *line;
    int bell; /* the board's, as a descriptor of the worker */
};

/* What a function has answered: whether its first result was true; its second, or its error. */
typedef void answer_fn(bool ok, const char *why, void *arg);

/* What the rooms above give, since core may not call them. Each may be NULL. */
struct supervisor_upward {
    void *arg;

    /* Evaluate the configuration anew: a plan (the caller's), or NULL and all problems. */
    struct plan *(*load)(void *arg, struct problems *problems);

    /* A plan of a former life, from the text that its plan had. */
    struct plan *(*load_text)(void *arg, const char *text, size_t length, struct problems *problems);

    /* The advisor: what `autorestart` says of this end. False: no answer, the default rule holds. */
    bool (*advise)(void *arg, struct process *p, const struct function *f, const struct process_exit *exit,
                   struct verdict *verdict);

    /* The value of a setting that is a function of the process; the caller clears it. */
    bool (*compute)(void *arg, struct process *p, const struct function *f, struct value *out, struct error *e);

    /* Run a function of the process as a task; `extra` (NULL: none) follows the process among its arguments. The answer
     * comes once, and never from within, unless the question is withdrawn before. */
    void *(*request)(void *arg, struct process *p, const struct function *f, const char *extra, answer_fn *on_answer,
                     void *answer_arg);
    void (*withdraw)(void *arg, void *question);

    /* A worker is about to be forked: what nobody needs any more goes, so that little of the copy changes later. */
    void (*before_fork)(void *arg, const struct function *body);

    /* In the forked worker: run its body to the end. Its exit status. */
    int (*body)(void *arg, const struct worker_start *start, const struct function *body);

    /* Whether a line matches a Lua pattern. */
    bool (*match)(void *arg, const char *pattern, const char *line, size_t length);

    /* All functions that run or wait now. */
    void (*each_task)(void *arg, task_info_fn *fn, void *fn_arg);

    /* Everything has stopped. True: something still has to be said to the world, and `end` is called once it is;
     * nobody waits for that for longer than a few seconds. */
    bool (*linger)(void *arg, loop_fn *end, void *end_arg);

    /* A plan has come into force. `before` is NULL at the start, and may still have stopping processes. */
    void (*applied)(void *arg, struct plan *before, struct plan *now);
};

/* `upward` is copied; NULL: nobody is above. To be freed once everything has stopped: only detached processes may be
 * alive. */
struct supervisor *supervisor_new(struct loop *loop, const struct supervisor_upward *upward);
void supervisor_free(struct supervisor *s);

/* Open the sockets of the first plan. Any problem: false, and none is open. */
bool supervisor_open_sockets(struct supervisor *s, const struct plan *plan, struct problems *problems);

/* They could not be opened, and the state is kept: processes of a former life may have them still, which are ended
 * before any is started. True: they are opened then, and if one still cannot be, the supervisor ends with 1. False:
 * nobody is left of a former life. */
bool supervisor_open_sockets_later(struct supervisor *s);

/* Keep in `folder` what holds beyond this life: whom users want up or down, how many, and who runs. Before the start;
 * false, with the reason, if another reeve does, or it cannot be written. */
bool supervisor_keep_state(struct supervisor *s, const char *folder, struct error *e);

/* The first plan, whose sockets are open: everything with autostart is started. Takes over the caller's hold on `plan`.
 */
void supervisor_start(struct supervisor *s, struct plan *plan);

/* The same for a visit: nothing is started by itself, only detached programs can be, and the end is quiet. Whoever of
 * them runs is found again at the start, and lives on at the end. */
void supervisor_visit(struct supervisor *s, struct plan *plan);

/* Why a process may not be started now; NULL: it may. */
const char *supervisor_forbids_start(const struct supervisor *s, const struct process *p);

enum reload_mode {
    RELOAD_PLAIN,
    RELOAD_DRY_RUN, /* nothing changes, and nobody is told */
    RELOAD_ROLLING  /* whoever is up and would be restarted is left behind, for the caller to restart */
};

/* Load anew and apply. Any problem: false, all of them in `problems`, nothing changed; there are none if it is refused
 * because reeve ends. `report`, all zero before, says what has changed. */
bool supervisor_reload(struct supervisor *s, enum reload_mode mode, struct reload_report *report,
                       struct problems *problems);

/* Stop everything in reverse order, then end the loop with `exit_code`. Called again: KILL. `graceful`: SIGQUIT came.
 */
void supervisor_shutdown(struct supervisor *s, int exit_code, bool graceful, const char *why);
bool supervisor_is_ending(const struct supervisor *s);
int supervisor_exit_code(const struct supervisor *s);

/* Open reeve's own log and every captured file again. */
void supervisor_reopen(struct supervisor *s);

/* Keep `count` processes of a program (clamped to its bounds unless `ignore_bounds`); how many are kept then: never
 * more than there are when no more are asked for. */
int supervisor_scale(struct supervisor *s, struct program *program, int count, bool ignore_bounds);

/* The same for `step` more or fewer. Never the other way: who is out of bounds already, parked or by force, is not
 * brought back by a step away from them. */
int supervisor_scale_by(struct supervisor *s, struct program *program, int step, bool ignore_bounds);

/* How many that would be. */
int supervisor_bounded(const struct program *program, int count, bool ignore_bounds);

/* That was a user, whose word is kept beyond this life. */
void supervisor_keep_count(struct supervisor *s, const struct program *program);

/* How many processes of a program are kept (those being removed do not count). */
int supervisor_count(const struct supervisor *s, const struct program *program);

/* How many of them are alive and say that they are busy: workers. */
int supervisor_busy(const struct supervisor *s, const struct program *program);

/* The program that TTIN, TTOU, WINCH scale: `pool`, or the only one; NULL otherwise. */
struct program *supervisor_pool(const struct supervisor *s);

/* Whether nothing starts or stops any more: not who waits for a retry. */
bool supervisor_is_settled(struct supervisor *s);

/* How many there are, without those that are on their way out. */
size_t supervisor_process_count(const struct supervisor *s);
struct process *supervisor_process(const struct supervisor *s, unsigned id); /* NULL: gone */

/* Call `fn` for every process of a target ("web", "web:2", "web:*", "@group", "all", "work*"): how many there were.
 * 0 may also be a program with no processes: `known` tells. */
typedef void target_fn(struct process *p, void *arg);
size_t supervisor_each(struct supervisor *s, const char *target, target_fn *fn, void *arg, bool *known);

/* What comes from outside is to be asked for again: whoever asks hears it on the bus. */
void supervisor_refresh(struct supervisor *s, const char *why);

struct plan *supervisor_plan(const struct supervisor *s);
struct bus *supervisor_bus(const struct supervisor *s);
struct loop *supervisor_loop(const struct supervisor *s);
struct notices *supervisor_notices(const struct supervisor *s);
struct sockets *supervisor_sockets(const struct supervisor *s);
struct board *supervisor_board(const struct supervisor *s);
struct leases *supervisor_leases(const struct supervisor *s);
struct children *supervisor_children(const struct supervisor *s);
const struct supervisor_upward *supervisor_upward(const struct supervisor *s);
msec supervisor_started(const struct supervisor *s); /* clock_now */

/* What users wish is kept now, before whoever wished is told that it is done. */
void supervisor_keep_wishes(struct supervisor *s);

/* The programs that a held process waits for: "db, cache". */
void supervisor_waits_for(struct supervisor *s, const struct process *p, struct buffer *out);

/* The same as a list of programs; how many there are, though at most `most` are written. */
size_t supervisor_blockers(struct supervisor *s, const struct process *p, struct program **out, size_t most);

/* Whether it waits for somebody who is not on the way: FATAL, or a oneshot that has failed. */
bool supervisor_is_in_vain(struct supervisor *s, const struct process *p);

/* Whether everything that is wanted of a program is RUNNING, or, if it is a oneshot, done. */
bool supervisor_is_ready(struct supervisor *s, const struct program *program);

/* Whether this life calls no hooks, since the ones before ended too soon; until the next reload. */
bool supervisor_is_quiet(const struct supervisor *s);
extern const char supervisor_quiet_reason[];

/* Whether a next life could go on from here; until then that is tried again and again. */
bool supervisor_is_kept(const struct supervisor *s);
extern const char supervisor_unkept_reason[];

/* What REEVE_ID holds: different for every supervisor there ever was. */
const char *supervisor_token(const struct supervisor *s);

/* The address for REEVE_SOCKET, once the control port listens. */
void supervisor_set_address(struct supervisor *s, const char *address);
const char *supervisor_address(const struct supervisor *s);

/* Who knows whether the control port can listen where a new plan says: asked before a reload applies it. False, with
 * the problems, refuses the reload. */
typedef bool supervisor_may_listen_fn(void *arg, const struct plan *plan, struct problems *problems);
void supervisor_ask_first(struct supervisor *s, supervisor_may_listen_fn *may_listen, void *arg);

#endif
