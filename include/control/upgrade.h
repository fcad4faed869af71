/* upgrade: the verb that exchanges reeve itself while everything runs on. */
#ifndef CONTROL_UPGRADE_H
#define CONTROL_UPGRADE_H

#include "base/error.h"
#include "core/supervisor.h"

#include <stdbool.h>

/* How a life has ended that an upgrade ended: "an upgrade". */
extern const char upgrade_reason[];

/* The verb is known from now on; more often does no harm. */
void upgrade_register(void);

/* It does something, for this supervisor. `leave` writes all that the next life must know and runs it; it returns only
 * if that fails. NULL ends it. */
typedef bool upgrade_leave_fn(void *arg, struct error *e);
void upgrade_enable(struct supervisor *s, upgrade_leave_fn *leave, void *arg);

/* `reeve run --check-state`: whether a life could go on from the snapshot on stdin. The exit status. */
int upgrade_check_state(void);

#endif
