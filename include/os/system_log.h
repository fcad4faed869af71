/* system_log: a message to the system's log that never waits for it, and tells when it was not taken. */
#ifndef OS_SYSTEM_LOG_H
#define OS_SYSTEM_LOG_H

#include "base/error.h"

#include <stdbool.h>

/* A line, cut at 8 KB; `priority` is syslog(3)'s level and facility. */
bool system_log_send(int priority, const char *ident, const char *text, struct error *e);

#endif
