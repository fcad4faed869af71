/* policy: what to do after an end. Pure: it starts nothing and reads no clock. */
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include "base/pack.h"
#include "core/program.h"

#include <stdbool.h>

enum verdict_kind {
    VERDICT_RESTART, /* after `delay`; 0: at once */
    VERDICT_LEAVE,   /* EXITED */
    VERDICT_GIVE_UP  /* FATAL */
};

struct verdict {
    enum verdict_kind kind;
    msec delay;
    char text[96]; /* of VERDICT_GIVE_UP, why: "4 failed starts", "more than 3 restarts in 1m" */
};

/* How a run ended. */
struct run_end {
    bool was_running; /* it had reached RUNNING, or is a oneshot that has run; else this is a failed start */
    int code;         /* exit status, -1 for a signal */
    msec uptime;
};

/* What a process remembers between its runs; all zero at first. */
struct policy_memory {
    int failed_starts; /* in a row; reaching RUNNING resets it */
    int short_runs;    /* unexpected ends in a row of runs shorter than `stable` */
};

/* Times of the last restarts, for respawn_limit; NULL at first, and where there is no limit. One per program, one for
 * all together. */
struct respawns;

/* Whether an exit status (-1: a signal) was expected: in `exitcodes`; for a oneshot 0 always is. */
bool policy_expected(const struct program *p, int code);

/* The default rule: what the settings say. Updates `memory`; `random` of [0, 1) is the jitter's. */
struct verdict policy_decide(const struct program *p, struct policy_memory *memory, const struct run_end *end,
                             double random);

/* The same of an end that `memory` has counted already, for settings that are new; whether they say the same about a
 * retry. */
struct verdict policy_review(const struct program *p, const struct policy_memory *memory, const struct run_end *end,
                             double random);
bool policy_equal(const struct program *a, const struct program *b);

/* A run has become RUNNING, or lasted `stable`: forget failures. */
void policy_ready(struct policy_memory *memory);

/* The delay before retry `n` (1 is the first). */
msec backoff_delay(const struct backoff *b, int n, double random);

/* May one more restart happen now? Records it if so. `limit` -1: always; 0: never. */
bool respawns_allow(struct respawns **r, int limit, msec interval, msec now);
void respawns_pack(const struct respawns *r, struct buffer *out); /* for the next life */
void respawns_unpack(struct respawns **r, struct unpack *u);
void respawns_clear(struct respawns **r); /* forget the past, free its memory */

#endif
