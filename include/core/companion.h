/* companion: a child that does something beside the programs: a check, a stop command, what a hook runs. While it runs
 * the snapshot says so, since whoever waits for it ends with this life. In the next one those that were only asked
 * something are ended, and asked anew by whoever wants to know; the others go on: somebody reads what they write, and
 * the log says how they have ended, or that their time was over. */
#ifndef CORE_COMPANION_H
#define CORE_COMPANION_H

#include "os/child.h"
#include "os/former.h"
#include "os/loop.h"
#include "os/snapshot.h"

#include <stdbool.h>

struct companion;

struct companion_note {
    const char *what; /* "web: the stop command", for the log; NULL: it is only asked something */
    pid_t pid;        /* it leads a group; filled in by companion_start */
    msec due;         /* when its group is killed, as clock_now tells it; 0: never */
    int out, err;     /* where we read what it writes; -1: it writes elsewhere */
    bool unfed;       /* it does not have all of its input yet: without us it would take a part for the whole */
};

/* child_start, and nothing from outside ends this life before the child is noted. NULL: there is neither. */
struct child *companion_start(struct companion **c, const struct companion_note *note, struct children *all,
                              const struct child_request *request, child_exit_fn *on_exit, void *arg, struct error *e);

/* Note one that runs. */
struct companion *companion_new(const struct companion_note *note);

/* A pipe has ended, whose number may be another's soon; all of the input is written. */
void companion_pipes(struct companion *c, int out, int err, bool unfed);

/* It has ended, and is about to be reaped. NULL is welcome. */
void companion_free(struct companion *c);

/* They are written there from now on, first those that there are; NULL: nowhere. */
void companions_keep(struct snapshot *snapshot);

/* Those of a former life; and forget them, at the end of this one. */
void companions_resume(const struct former *former, struct children *all, struct loop *loop);
void companions_forget(void);

#endif
