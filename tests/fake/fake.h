/* fake: a kernel, a loop and a clock that do as a test tells them. Each file here is linked in place of the one in
 * src/os that has its name, so that nothing sleeps and every child ends when the test says so. */
#ifndef TESTS_FAKE_H
#define TESTS_FAKE_H

#include "base/units.h"
#include "os/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Forget everything of the test before; the clock starts again. */
void fake_reset(void);

/* Run what was asked for with loop_later until nothing is left. */
void fake_turn(void);

/* Let time pass: timers fire in order, and what they cause follows. */
void fake_clock_advance(msec time);

/* Time passes while the loop is busy elsewhere: no timer fires before it turns again. */
void fake_clock_jump(msec time);

/* Timers that are pending, and how long the next one takes (-1: none). */
size_t fake_timers(void);
msec fake_next_timer(void);

/* What clock_random answers; 0.5 makes a jitter of nothing. */
void fake_random(double r);

/* Children that live, in the order of their start. */
size_t fake_living(void);
pid_t fake_living_pid(size_t i);

/* How many were started altogether. */
size_t fake_started(void);

/* A living child ends; what its exit causes follows. */
void fake_child_exits(pid_t pid, int code);
void fake_child_dies(pid_t pid, int signal);

/* The last signal a child was sent, alone or with its group, but for CONT; 0: none. How many it was sent. */
int fake_last_signal(pid_t pid);
size_t fake_signals(pid_t pid);

/* Children end by TERM and QUIT when they are sent it (they always end by KILL); by default they do not. */
void fake_obey(bool yes);

/* After its leader's end the group of a child lives on, until fake_group_ends or KILL. */
void fake_group_survives(pid_t pid);
void fake_group_ends(pid_t pid);

/* The next `count` starts fail with this reason. */
void fake_spawn_fails(int count, const char *reason);

/* Whoever is dialled answers after a millisecond; with a reason, he refuses. How often somebody was dialled. */
void fake_dial_refused(const char *why);
size_t fake_dials(void);

/* A datagram comes on the notify socket. */
void fake_notify(pid_t pid, const char *text);

/* The kernel says that memory ran out when it killed this child. */
void fake_oom(pid_t pid);

/* How much memory every process has in use. */
void fake_memory(int64_t bytes);

/* A process lives that is no child of ours, or not yet; pid 0: it is gone. There is only one. Once it is adopted, it
 * ends like a child; fake_child_vanishes: and nobody knows how. */
void fake_process(pid_t pid, int64_t start);
void fake_child_vanishes(pid_t pid);

/* A living child leaves a daemon behind, a stray as long as nobody adopts it: its pid. How many strays there are;
 * whether a child is one that would do so: the last word of its command is "&". */
pid_t fake_daemonizes(pid_t pid);
size_t fake_strays(void);
bool fake_is_starter(pid_t pid);

/* Whether loop_end was called. */
bool fake_loop_ended(void);

#endif
