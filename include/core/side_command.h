/* side_command: a command that does something to a process from outside, such as its stop_cmd: run as the process's
 * user, in its directory and environment plus MAINPID, within a time. */
#ifndef CORE_SIDE_COMMAND_H
#define CORE_SIDE_COMMAND_H

#include "base/duration.h"
#include "base/error.h"
#include "base/words.h"

#include <stdbool.h>

struct process;
struct side_command;

/* It has ended; `ok`: with status 0. The handle is gone: the owner forgets it first thing. Bad ends are logged already.
 */
typedef void side_command_fn(struct process *p, bool ok, void *arg);

/* Run `cmd` for `p`; `noun` ("stop command") is for the log. KILL after `limit`. NULL on failure. */
struct side_command *side_command_start(struct process *p, const char *noun, const struct words *cmd, msec limit,
                                        side_command_fn *on_end, void *arg, struct error *e);

/* The same for a question, such as a health check: nothing is logged. `why` says how it ended; NULL: with status 0.
 * `*asked` is false if not even its user or its environment could be had. */
typedef void side_command_answer_fn(const char *why, void *arg);
struct side_command *side_command_ask(struct process *p, const struct words *cmd, msec limit,
                                      side_command_answer_fn *on_answer, void *arg, bool *asked, struct error *e);

/* KILL it and forget it, without a callback; *c becomes NULL. A NULL one is welcome. */
void side_command_cancel(struct side_command **c);

#endif
