/* survivors: processes of an earlier life of reeve, which ended without a word. They are ended before anybody is
 * started; detached ones, which have been found again by then, and what descends from them, are left alone. */
#ifndef CORE_SURVIVORS_H
#define CORE_SURVIVORS_H

#include "core/census.h"
#include "os/loop.h"

struct supervisor;
struct survivors;

/* TERM to their groups, and KILL after the stoptime of their programs. `on_end` is called, and never from within, when
 * nobody is left; the handle is gone then. NULL: nobody is left. */
struct survivors *survivors_end(struct supervisor *s, const struct census *c, loop_fn *on_end, void *arg);

/* KILL the rest now, without a callback. NULL is welcome. */
void survivors_free(struct survivors *v);

#endif
