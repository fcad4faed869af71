/* The inside of `reeve run`: run.c (from the command line to the loop and back) and next_life.c (from life to life). */
#ifndef CONTROL_RUN_PRIVATE_H
#define CONTROL_RUN_PRIVATE_H

#include "base/words.h"
#include "control/server.h"
#include "core/handover.h"
#include "core/supervisor.h"

#include <stdbool.h>

struct run {
    /* What the command line said. */
    const char *file_said;
    struct words addresses;
    const char *pidfile_said;
    const char *resume_said; /* NULL: this life is the first one */
    bool daemon, verbose, check_state;

    char *file; /* absolute: reloads come after a chdir */
    char *pidfile;
    struct loop *loop;
    struct supervisor *supervisor;
    struct server *server;
    struct listener *listener;
    struct supervisor_upward upward;

    struct snapshot *snapshot; /* for the next life; NULL: there is no memory for one */
    unsigned entry;            /* ours in it */
    unsigned openings;         /* of the log, when that was written */
    struct error unkept;       /* why there is none */
    struct timer *retry;       /* NULL: all is kept */
    msec pause;                /* before that */
    struct handover *handover; /* what the former life left, while that is taken up */
    int why;                   /* it ended */
};

/* run.c: the log as the settings want it; from the supervisor down to its loop; the address for children. */
bool run_open_log(const struct run *r, const struct supervisor_settings *settings, struct error *e);
void run_name_address(struct run *r);

/* next_life.c: from now on what happens is written down; all is there, and may crash. */
void life_keep(struct run *r);
void life_arm(struct run *r);

/* A plan is in force: how long a callback may take. */
void life_follow(const struct plan *plan);

/* Read what the former life left: its plan, borrowed; NULL: there is nothing to go on with, as the log says. */
struct plan *life_read(struct run *r);

/* Go on from there: everything is built, and nothing was started. */
void life_resume(struct run *r);

/* No other life follows. */
void life_end(struct run *r);

#endif
