/* What the fakes know of one another. */
#ifndef TESTS_FAKE_PRIVATE_H
#define TESTS_FAKE_PRIVATE_H

#include "base/units.h"

void fake_clock_set(msec time);
void fake_loop_reset(void);
void fake_children_reset(void);
void fake_dial_reset(void);

#endif
