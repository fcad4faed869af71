/* watchdog: a process that beats must not stop. */
#ifndef CORE_WATCHDOG_H
#define CORE_WATCHDOG_H

#include "base/duration.h"

struct board_line;
struct process;
struct watchdog;

/* From now on it must beat once within each `limit`, by watchdog_beat or on its line of the board (NULL: none). */
struct watchdog *watchdog_start(struct process *p, msec limit, const struct board_line *line);
void watchdog_beat(struct watchdog *w);
void watchdog_set_limit(struct watchdog *w, msec limit);

/* For the next life (0: NULL), and from there: `beat` 0 is not known. */
msec watchdog_limit(const struct watchdog *w);
msec watchdog_beaten(const struct watchdog *w);
void watchdog_resume(struct watchdog *w, msec limit, msec beat);

void watchdog_stop(struct watchdog **w); /* NULL is welcome */

#endif
