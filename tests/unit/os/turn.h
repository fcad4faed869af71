/* turn: for tests with a real loop that wait for a condition. */
#ifndef TESTS_UNIT_OS_TURN_H
#define TESTS_UNIT_OS_TURN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>

#include "os/clock.h"
#include "os/loop.h"

enum { TURN_LONGEST = 20000 }; /* a machine may be busy */

static struct loop *loop;

struct turn {
    bool (*done)(void);
    msec end;
};

static int open_loop(void **state)
{
    (void)state;
    loop = loop_new();
    return 0;
}

static int close_loop(void **state)
{
    (void)state;
    loop_free(loop);
    return 0;
}

static void turn_look(void *arg)
{
    struct turn *t = arg;

    if (t->done() || clock_now() > t->end)
        loop_end(loop);
    else
        timer_start(loop, 1, turn_look, t);
}

/* Turn until `done` says so; false when it never does. */
static bool turns_until(bool (*done)(void))
{
    struct turn t = { done, clock_now() + TURN_LONGEST };

    timer_start(loop, 0, turn_look, &t);
    loop_run(loop);
    return done();
}

#define turn_until(done) assert_true(turns_until(done))

#endif
