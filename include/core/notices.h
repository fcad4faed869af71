/* notices: what processes say of themselves by sd_notify, on its way to them. A sender counts as a process's if it is
 * its main process, one of its session, or one of its descendants. */
#ifndef CORE_NOTICES_H
#define CORE_NOTICES_H

#include "base/error.h"
#include "os/loop.h"

#include <sys/types.h>

struct process;
struct notices;

/* One who may speak. */
struct speaker {
    pid_t pid; /* of its main process; first: the map looks there */
    struct process *process;
};

struct notices *notices_new(struct loop *loop);
void notices_free(struct notices *n);

/* For NOTIFY_SOCKET; the socket is made when it is asked for first. NULL, with the reason, on failure. */
const char *notices_address(struct notices *n, struct error *e);

/* For the next life, -1: none was made; and from there. */
int notices_fd(const struct notices *n);
void notices_resume(struct notices *n, int fd);

/* Hear it from now on, and until it is taken out. */
void notices_add(struct notices *n, struct speaker *speaker);
void notices_remove(struct notices *n, struct speaker *speaker);

#endif
