/* quit: SIGQUIT as the wish that this process should end by itself: it is heard from the loop, and can be asked for by
 * code that does not let the loop turn. */
#ifndef OS_QUIT_H
#define OS_QUIT_H

#include "base/error.h"
#include "os/loop.h"

#include <stdbool.h>

/* Call `fn` once it has come. Once per process; all signals are let through from now on. */
bool quit_open(struct loop *loop, loop_fn *fn, void *arg, struct error *e);

/* Whether it has come. */
bool quit_came(void);

#endif
