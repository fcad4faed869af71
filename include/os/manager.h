/* manager: the service manager that has started us, if one did: it hears of us by systemd's protocol (sd_notify(3)),
 * and may hold sockets for us: those of a socket unit, and those that we gave it to keep over a restart of ours. */
#ifndef OS_MANAGER_H
#define OS_MANAGER_H

#include "base/duration.h"
#include "os/address.h"

#include <stdbool.h>

/* Look into the environment, and take NOTIFY_SOCKET and its like out of it: they are not for our children. The sockets
 * of LISTEN_FDS (sd_listen_fds(3)) become close-on-exec, and wait to be taken. */
void manager_find(void);
bool manager_is_there(void);

/* "READY=1", "STATUS=…"; several lines may go together. Nothing, if nobody listens. */
void manager_tell(const char *text);

/* How often it wants to hear "WATCHDOG=1" at the least; 0: never. */
msec manager_watchdog(void);

/* The socket that was passed to us and listens (or, for udp, is bound) at `a`; the caller's from now on. -1: none. */
int manager_take_socket(const struct address *a);

/* Close what was passed and nobody took. Call it when all sockets are open. */
void manager_drop_rest(void);

/* Let the manager keep a copy until we are started again: "FDSTORE=1". Nothing, if it keeps none for us. */
void manager_keep_socket(const char *name, int fd);
void manager_forget_socket(const char *name);

/* Whether it surely keeps them: then a Unix socket's file has to outlive us. */
bool manager_keeps_sockets(void);

#endif
