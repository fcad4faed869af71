/* verbs: what this room adds to the table of commands. */
#ifndef SCRIPT_VERBS_H
#define SCRIPT_VERBS_H

/* Once per process; more often does no harm. */
void verbs_register(void);

#endif
