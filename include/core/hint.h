/* hint: what a user may have overlooked in the settings of a program that ends as it does. Pure. */
#ifndef CORE_HINT_H
#define CORE_HINT_H

#include "core/process.h"
#include "core/program.h"

/* Add a sentence to `out`, or nothing if none comes to mind. */
void hint_write(const struct program *p, const struct process_exit *end, struct buffer *out);

#endif
