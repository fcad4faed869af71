/* stops: how long everything that a draft declares may take to stop. */
#ifndef CONVERT_STOPS_H
#define CONVERT_STOPS_H

#include "convert/draft.h"

/* Other supervisors wait at their end for as long as their programs may take: say a stop_timeout that is as patient,
 * where reeve's own is not. */
void stops_allow(struct draft *d);

#endif
