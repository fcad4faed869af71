/* notify: what processes tell their supervisor of themselves, by systemd's protocol (sd_notify): datagrams of
 * KEY=VALUE lines on a Unix socket, their sender vouched for by the kernel. */
#ifndef OS_NOTIFY_H
#define OS_NOTIFY_H

#include "base/error.h"
#include "os/loop.h"

#include <sys/types.h>

struct notify;

/* `pid` has sent this text; lines end with \n, the last one perhaps not. */
typedef void notify_fn(pid_t pid, const char *text, void *arg);

/* Listen on an address of the kernel's choice. NULL, with the reason, on failure. */
struct notify *notify_open(struct loop *loop, notify_fn *fn, void *arg, struct error *e);

/* Go on with a socket that a former life has opened; it becomes ours. */
struct notify *notify_resume(struct loop *loop, int fd, notify_fn *fn, void *arg);
int notify_fd(const struct notify *n);

/* For NOTIFY_SOCKET. */
const char *notify_address(const struct notify *n);

/* NULL is welcome. */
void notify_close(struct notify *n);

/* Call `fn` with each KEY and VALUE of a text, in order; what is no KEY=VALUE is passed over. A value is at most 4095
 * bytes. */
typedef void notify_field_fn(const char *key, const char *value, void *arg);
void notify_each(const char *text, notify_field_fn *fn, void *arg);

#endif
