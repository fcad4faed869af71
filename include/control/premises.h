/* premises: what the settings say of where, and as whom, reeve itself works. */
#ifndef CONTROL_PREMISES_H
#define CONTROL_PREMISES_H

#include "base/error.h"
#include "core/plan.h"

#include <stdbool.h>

/* The path as it is seen from any folder; the caller frees it. NULL stays NULL. */
char *premises_absolute(const char *path);

/* The umask: before any file is made. */
void premises_mask(const struct supervisor_settings *settings);

/* The working directory. */
bool premises_enter(const struct supervisor_settings *settings, struct error *e);

/* Make the state directory, as a reload may want it. */
bool premises_make(const struct supervisor_settings *settings, struct error *e);

/* Become the user that we stay, and make it as him. */
bool premises_settle(const struct supervisor_settings *settings, struct error *e);

#endif
