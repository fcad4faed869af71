/* gate: a step of a process that waits for a function of the file: before_start, before_stop. */
#ifndef CORE_GATE_H
#define CORE_GATE_H

struct gate;
struct process;

/* The function is through: `why` is NULL, or why it failed. The handle is spent: the owner forgets it first thing. */
typedef void gate_fn(struct process *p, const char *why);

/* Call the function that the program has for this setting. The answer never comes from within, and at the latest after
 * hook_timeout. NULL: there is no such function, nobody is to be waited for. */
struct gate *gate_start(struct process *p, const char *setting, gate_fn *on_end);

/* The setting. */
const char *gate_name(const struct gate *g);

/* No callback any more, and the function is ended where it waits; *g becomes NULL. A NULL one is welcome. */
void gate_cancel(struct gate **g);

#endif
