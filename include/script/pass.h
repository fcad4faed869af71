/* pass: `reeve reconcile`: a configuration is loaded for one pass towards the states that somebody else wants, and not
 * to run on.
 *
 * A module of reeve's own that knows these states offers a function, in Lua:
 *
 *     local pass = require "reeve.pass"
 *     local alone = pass.offer(function(what, name) … return status, text end)
 *
 * `what` is "pass", "list", "start" or "stop" (the last two with the name of a program, which is there and detached).
 * It runs as a task, so it may wait. `reeve reconcile` prints the text (nil: nothing) and exits with the status (nil:
 * 0); an error is logged, and is status 1.
 *
 * `alone` is true if this is `reeve reconcile`: then nothing is to begin by itself. There is a supervisor all the same,
 * which has found again who runs, and nobody else is at work (there is a lock): the whole library works as usual, such
 * as reeve.program(name):start() and process:wait(). But it starts nothing by itself, programs that are not detached
 * cannot be started, and those that are live on when it ends. */
#ifndef SCRIPT_PASS_H
#define SCRIPT_PASS_H

#include <stdbool.h>

struct script;

/* What is loaded from now on is for one pass. */
void script_expect_pass(void);

/* Whether the plan in force offers a function. */
bool script_offers_pass(void);

/* Run it; `text` may be NULL. Never called from within, and not at all if it is cut off by script_unlisten. */
typedef void pass_end_fn(int status, const char *text, void *arg);
void script_run_pass(const char *what, const char *name, pass_end_fn *on_end, void *arg);

#endif
