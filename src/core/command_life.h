/* What start, stop and restart know while they wait: command_life.c, and command_life_keep.c (from life to life of
 * reeve). */
#ifndef CORE_COMMAND_LIFE_H
#define CORE_COMMAND_LIFE_H

#include "base/pack.h"
#include "command_private.h"

enum goal {
    GOAL_UP,
    GOAL_DOWN,
    GOAL_AGAIN,
    GOAL_CAUGHT_UP /* restarted, if it is behind still */
};

/* What is known of one process. */
struct errand {
    unsigned id;
    char *name;  /* owned: it may be gone when we say what became of it */
    bool wanted; /* it was to be up when the command came */
    bool begun, done;
    bool anew; /* of GOAL_AGAIN: it was up before */
    enum reply_code code;
    char message[200];
};

struct life {
    struct supervisor *supervisor;
    struct reply *reply;
    enum goal goal;
    bool no_wait;
    char *caller; /* owned */
    size_t batch; /* how many at a time; 0: no limit */
    struct errand *errands;
    struct errand **by_id;
    size_t count, begun, open;
    bool failed;
    struct listener *listener;
    struct timer *turn;
    struct timer *doubt;
};

/* For the next life: what each process has come to; and from there. */
void life_pack(const void *life, struct buffer *out);
void life_unpack(struct life *l, struct unpack *u);

#endif
