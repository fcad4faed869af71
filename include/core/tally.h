/* tally: counts what happened, for those who come and ask how often. */
#ifndef CORE_TALLY_H
#define CORE_TALLY_H

#include "core/bus.h"

enum tally_end {
    TALLY_EXPECTED,
    TALLY_UNEXPECTED,
    TALLY_STOPPED,      /* by our wish */
    TALLY_FAILED_START, /* before it was RUNNING */
    TALLY_ENDS
};

/* Count what is told from now on; one tally for all. */
void tally_open(struct bus *bus);
void tally_close(void);

/* How often a process ended so, and was given up; both are 0 when it is gone. */
unsigned long tally_ends(unsigned process_id, enum tally_end end);
unsigned long tally_given_up(unsigned process_id);
const char *tally_end_name(enum tally_end end); /* "expected" … */

/* Reloads that were applied, and refused. */
unsigned long tally_reloads(bool applied);

#endif
