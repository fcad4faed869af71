/* clock_watch: tells when somebody sets the wall clock, and when the machine wakes from sleep. Nobody wakes up in
 * between. */
#ifndef OS_CLOCK_WATCH_H
#define OS_CLOCK_WATCH_H

#include "base/error.h"
#include "os/loop.h"

struct clock_watch;

/* NULL, with the reason, if the kernel cannot tell. */
struct clock_watch *clock_watch_start(struct loop *loop, loop_fn *fn, void *arg, struct error *e);

/* *w becomes NULL; a NULL watch is welcome. */
void clock_watch_stop(struct clock_watch **w);

#endif
