/* readiness: finds out when a process that was started is ready, by whatever way `ready` names. (The plain starttime is
 * the process's own timer.) */
#ifndef CORE_READINESS_H
#define CORE_READINESS_H

#include "base/duration.h"

#include <stdbool.h>

struct process;
struct readiness;

/* `why` is NULL: it is ready; else it has failed. The handle is spent: the owner forgets it first thing. */
typedef void readiness_fn(struct process *p, const char *why);

/* Watch a child that was just started, by the settings of now. `fd` is our end of the pipe of { fd = } (-1: none) and
 * closed in the end. The callback never comes from within. */
struct readiness *readiness_start(struct process *p, int fd, readiness_fn *on_end);

/* It has said READY=1. */
void readiness_told(struct readiness *r);

/* It has asked for so much time from now on. */
void readiness_extend(struct readiness *r, msec time);

/* What is missing yet: "file /run/x: No such file or directory". */
const char *readiness_lack(const struct readiness *r);

/* For the next life: its end of the pipe (-1: none), when it must be ready, whether it is and nobody was told yet.
 * NULL: 0. And from there. */
int readiness_fd(const struct readiness *r);
msec readiness_deadline(const struct readiness *r);
bool readiness_is_over(const struct readiness *r);
void readiness_resume(struct readiness *r, msec deadline, bool over);

/* No callback any more; *r becomes NULL. A NULL one is welcome. */
void readiness_stop(struct readiness **r);

#endif
