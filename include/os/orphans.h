/* orphans: children that came to us because their parents are gone. */
#ifndef OS_ORPHANS_H
#define OS_ORPHANS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Whether to leave this child alone. */
typedef bool orphans_spare_fn(pid_t pid, void *arg);

/* KILL each child that we have at the moment and that `spare` does not spare; how many there were. Only
 * children: their numbers cannot be a stranger's, and what they leave behind comes to us next. */
size_t orphans_kill(orphans_spare_fn *spare, void *arg);

#endif
