/* The verbs of this room, a file for each that is more than a list. */
#ifndef SCRIPT_VERBS_PRIVATE_H
#define SCRIPT_VERBS_PRIVATE_H

#include "core/command.h"

/* verb_alert.c: `alert test` */
extern const struct command verb_alert;

#endif
