/* probe: one look from outside at whether something answers: a socket, a page, a file, a command. */
#ifndef CORE_PROBE_H
#define CORE_PROBE_H

#include "base/duration.h"
#include "base/words.h"

struct process;
struct probe;

/* What to look at: one of these is there. All of it is borrowed for the call. */
struct probe_target {
    const char *tcp;       /* HOST:PORT */
    const char *unix_path; /* of a socket */
    const char *http;      /* a URL */
    int status;            /* that http wants; not above 0: any 2xx */
    const char *file;
    const struct words *exec; /* run for the process */
};

enum probe_result {
    PROBE_GOOD,   /* it answers */
    PROBE_BAD,    /* it does not, or badly */
    PROBE_UNASKED /* it could not be asked, for want of the program's user or env_file: that says nothing of it */
};

/* `why` is NULL if it answers. The handle is spent: the owner forgets it first thing. */
typedef void probe_fn(enum probe_result result, const char *why, void *arg);

/* Look, for at most `limit`. The callback never comes from within. */
struct probe *probe_start(struct process *p, const struct probe_target *target, msec limit, probe_fn *fn, void *arg);

/* Give up, without a callback; *probe becomes NULL. A NULL one is welcome. */
void probe_stop(struct probe **probe);

#endif
