/* lines: what processes write, on its way to the hooks that want it: on_line, on("line"). Only captured streams are
 * read. While a hook of the process waits, its lines wait too, up to a ceiling; then they are counted. */
#ifndef SCRIPT_LINES_H
#define SCRIPT_LINES_H

#include "core/bus.h"
#include "core/supervisor.h"

/* From now on, until lines_close. */
void lines_open(struct supervisor *s);
void lines_close(void);

/* Other hooks are in force: look, soon, who wants lines now. */
void lines_look_again(void);

/* Something happened to the process, and a hook is to hear of it: what it wrote before that comes first. */
void lines_before(const struct event *event);

#endif
