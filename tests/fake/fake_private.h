/* What the fakes know of one another. */
#ifndef TESTS_FAKE_PRIVATE_H
#define TESTS_FAKE_PRIVATE_H

#include "base/units.h"

#include <stdbool.h>
#include <sys/types.h>

/* The one descriptor that a next life finds open: no descriptor of ours has this number. */
enum { FAKE_NOTIFY_FD = 1 << 20 };

void fake_clock_set(msec time);
void fake_loop_reset(void);
void fake_callback_over(void);
void fake_children_reset(void);
void fake_dial_reset(void);
bool fake_lives(pid_t pid);
bool fake_variable(pid_t pid, const char *name, char *value, size_t size);

#endif
