/* health: asks a RUNNING process again and again whether it is well, and does something when it is not. */
#ifndef CORE_HEALTH_H
#define CORE_HEALTH_H

#include "base/buffer.h"

#include <stdbool.h>

struct process;
struct health;

/* By the `health` of its program, which must be there for as long as this is. */
struct health *health_start(struct process *p);

/* False after so many failed checks in a row as the program allows. */
bool health_is_good(const struct health *h);

/* For the next life: "failures", "bad"; and from there. NULL is welcome. */
void health_pack(const struct health *h, struct buffer *out);
void health_resume(struct health *h, int failures, bool bad);

/* *h becomes NULL; a NULL one is welcome. */
void health_stop(struct health **h);

#endif
