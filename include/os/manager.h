/* manager: the service manager that has started us, if one did: it hears of us by systemd's protocol (sd_notify). */
#ifndef OS_MANAGER_H
#define OS_MANAGER_H

#include "base/units.h"

#include <stdbool.h>

/* Look into the environment, and take NOTIFY_SOCKET and its like out of it: they are not for our children. */
void manager_find(void);
bool manager_is_there(void);

/* "READY=1", "STATUS=…"; several lines may go together. Nothing, if nobody listens. */
void manager_tell(const char *text);

/* How often it wants to hear "WATCHDOG=1" at the least; 0: never. */
msec manager_watchdog(void);

#endif
