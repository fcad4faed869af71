/* spawn: gives birth to a child and waits until it runs its program, or could not. */
#ifndef OS_SPAWN_H
#define OS_SPAWN_H

#include "base/error.h"
#include "os/child.h"

#include <sys/types.h>

struct spawner;

struct spawner *spawner_new(void);
void spawner_free(struct spawner *s);

/* The pid of the child, which now runs its program; -1 with the step that failed, and nothing is left of it. */
pid_t spawner_start(struct spawner *s, const struct child_request *request, struct error *e);

#endif
