/* daemon: into the background, telling the caller how it went. */
#ifndef OS_DAEMON_H
#define OS_DAEMON_H

#include "base/error.h"

#include <stdbool.h>

/* Fork into a session of its own. The caller waits, prints what daemon_failed said on stderr, and
 * exits 0 after daemon_ready, else 1; only the child returns. Before any thread, loop or child exists. */
bool daemon_start(struct error *e);

/* Both do nothing when daemon_start was not called; daemon_ready also turns stdio to /dev/null. */
void daemon_ready(void);
void daemon_failed(const char *message);

#endif
