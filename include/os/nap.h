/* nap: short waits of many on one timer. Naps that end at about the same time end together, so two
 * hundred of them cost twenty wake-ups a second; without a nap there is none. */
#ifndef OS_NAP_H
#define OS_NAP_H

#include "os/loop.h"

#include <sys/queue.h>

struct naps; /* all of one loop */

/* One sleeper, inside of its owner. All zero is awake. */
struct nap {
    LIST_ENTRY(nap) link;
    struct naps *bed; /* NULL: awake */
    msec due;
    loop_fn *fn;
    void *arg;
};

enum { NAP_LONGEST = 50 };

/* The naps of this loop, made for the first who asks; each one who asked leaves again. */
struct naps *naps_join(struct loop *loop);
void naps_leave(struct naps *all);

/* Call `fn` once, at most `length` (1 to NAP_LONGEST) from now: a nap of 5 ms and more may be shorter, to end
 * together with others. It must be awake. */
void nap_start(struct naps *all, struct nap *n, msec length, loop_fn *fn, void *arg);

/* Wake it without a call. An awake one is welcome. */
void nap_stop(struct nap *n);

#endif
