/* chore: work that may block the caller for long (a name to look up, a file to sync), on a thread of its own. */
#ifndef OS_CHORE_H
#define OS_CHORE_H

#include "base/error.h"
#include "os/loop.h"

#include <stdatomic.h>
#include <sys/types.h>

/* One for each sort of work, static. */
struct chore_kind {
    void (*run)(void *work);  /* on the thread: it touches nothing but the work, and makes no child */
    void (*free)(void *work); /* by whoever leaves last, the thread or its owner */
    int most;                 /* threads at once */
    atomic_int count;
    pid_t owner; /* of those that are counted: threads are not forked */
};

struct chore;

/* It is done. The handle is spent: the owner forgets it first thing. The work is freed when this returns. */
typedef void chore_fn(void *work, void *arg);

/* Begin, and own `work`; the callback never comes from within. NULL on failure, as when too many are under way. */
struct chore *chore_start(struct loop *loop, struct chore_kind *kind, void *work, chore_fn *fn, void *arg,
                          struct error *e);

/* Wait here until it is done, at most so many milliseconds (-1: as long as it takes); the callback comes from within.
 * False: it is not done. */
bool chore_wait(struct chore *c, int patience);

/* No callback any more (the thread finds its end alone); *c becomes NULL. A NULL one is welcome. */
void chore_stop(struct chore **c);

#endif
