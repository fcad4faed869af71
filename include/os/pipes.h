/* pipes: the three streams of a child that somebody feeds and hears. */
#ifndef OS_PIPES_H
#define OS_PIPES_H

#include "base/error.h"

#include <stdbool.h>

/* Descriptors 0, 1, 2 of the child, and our ends of them; -1: none, or it is closed. */
struct pipes {
    int theirs[3], ours[3];
};

/* All close-on-exec, and our end of stdin non-blocking. Without `has_input` its stdin is /dev/null. False: none is open.
 */
bool pipes_open(struct pipes *p, bool has_input, struct error *e);

/* Once the child is born; and if it could not be. */
void pipes_close_theirs(struct pipes *p);
void pipes_close_ours(struct pipes *p);

#endif
