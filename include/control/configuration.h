/* configuration: reads one, as each of our verbs that evaluates a file does. */
#ifndef CONTROL_CONFIGURATION_H
#define CONTROL_CONFIGURATION_H

#include "core/plan.h"

/* Before any file is evaluated: from now on script_load takes foreign formats, and finds the libraries that other rooms
 * add to Lua. More often than once does no harm. */
void configuration_prepare(void);

/* The plan of the file, the caller's; or NULL, and what is wrong with it on stderr. */
struct plan *configuration_load(const char *path);

/* On stderr; nothing if there are none. */
void configuration_print_problems(const struct problems *problems);

#endif
