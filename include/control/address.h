/* address: where reeve is found when nobody says. */
#ifndef CONTROL_ADDRESS_H
#define CONTROL_ADDRESS_H

#include "base/error.h"

#include <stdbool.h>

#define ADDRESS_SOCKET_OF_ROOT "/run/reeve.sock"

/* $REEVE_SOCKET, or unix:/run/reeve.sock for root and unix:$XDG_RUNTIME_DIR/reeve.sock or
 * unix:/tmp/reeve-UID/reeve.sock for others; the caller frees it. `*chosen`: $REEVE_SOCKET said so. */
char *address_default(bool *chosen);

/* Make the folder in /tmp of a default address, if it is that one: mode 0700 and ours, or a failure. */
bool address_prepare(const char *address, struct error *e);

/* The same address with an absolute path; the caller frees it. */
char *address_absolute(const char *address);

#endif
