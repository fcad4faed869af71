/* forking: a program that puts itself into the background. What we start is its starter; once that has ended well, the
 * program's pid file says who it is. */
#ifndef CORE_FORKING_H
#define CORE_FORKING_H

#include "os/procfs.h"

struct forking;
struct process;

/* The daemon is there; or `who` is NULL, and why. The handle is spent: the owner forgets it first thing. */
typedef void forking_fn(struct process *p, const struct process_mark *who, const char *why);

/* Wait for both, for the program's ready_timeout; `on_end` is never called from within. */
struct forking *forking_start(struct process *p, forking_fn *on_end);
void forking_starter_ended(struct forking *f);

/* No callback any more; *f becomes NULL. A NULL one is welcome. */
void forking_stop(struct forking **f);

#endif
