/* stage: a supervisor with programs on the fakes, for the tests of core. */
#ifndef TESTS_UNIT_CORE_STAGE_H
#define TESTS_UNIT_CORE_STAGE_H

#include "base/xalloc.h"
#include "core/supervisor.h"
#include "fake/fake.h"
#include "os/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* A program that discards its output, has a command, and starts with the stage. */
static inline struct program *a_program(const char *name)
{
    struct program *p = program_new(name, "supervisor.lua", 1, NULL);

    words_add(&p->cmd, "/bin/true");
    p->out.kind = p->err.kind = OUTPUT_DISCARD;
    return p;
}

struct stage {
    struct loop *loop;
    struct supervisor *supervisor;
    struct plan *next; /* what a reload loads; NULL: a broken file */
};

static inline struct plan *stage_load(void *arg, struct problems *problems)
{
    struct stage *stage = arg;
    struct plan *plan = stage->next;

    stage->next = NULL;
    if (plan == NULL)
        problems_add(problems, "supervisor.lua", 3, "syntax error near 'end'");
    return plan;
}

static inline struct plan *a_plan(struct program *first, ...) __attribute__((sentinel));
static inline struct plan *a_plan(struct program *first, ...)
{
    struct plan *plan = plan_new();
    va_list more;

    va_start(more, first);
    for (struct program *p = first; p != NULL; p = va_arg(more, struct program *))
        assert_true(plan_add(plan, p, NULL));
    va_end(more);
    return plan;
}

static inline struct stage *a_stage(struct plan *plan)
{
    struct stage *stage = xcalloc(1, sizeof *stage);

    fake_reset();
    stage->loop = loop_new();
    stage->supervisor = supervisor_new(stage->loop, &(struct supervisor_upward){ .arg = stage, .load = stage_load });
    supervisor_start(stage->supervisor, plan);
    fake_turn();
    return stage;
}

static inline void keep_first(struct process *p, void *arg)
{
    if (*(struct process **)arg == NULL)
        *(struct process **)arg = p;
}

/* The first process of a target; it must be there. */
static inline struct process *the(struct stage *stage, const char *target)
{
    struct process *p = NULL;
    bool known;

    supervisor_each(stage->supervisor, target, keep_first, &p, &known);
    assert_true(known);
    assert_non_null(p);
    return p;
}

static inline bool stage_reload(struct stage *stage, struct plan *next, struct buffer *list)
{
    struct buffer ignored = { 0 };
    struct problems problems = { 0 };
    bool good;

    stage->next = next;
    good = supervisor_reload(stage->supervisor, false, list != NULL ? list : &ignored, &problems);
    buffer_free(&ignored);
    problems_free(&problems);
    fake_turn();
    return good;
}

/* Everything ends; nothing may be left. */
static inline void stage_ends(struct stage *stage)
{
    if (!supervisor_is_ending(stage->supervisor))
        supervisor_shutdown(stage->supervisor, 0, false, "the test is over");
    fake_clock_advance(1000000);
    assert_true(fake_loop_ended());
    assert_int_equal(fake_living(), 0);
    supervisor_free(stage->supervisor);
    assert_int_equal(fake_timers(), 0);
    loop_free(stage->loop);
    free(stage);
    fake_reset();
}

#define assert_state(p, expected)                                                                                      \
    assert_string_equal(process_state_name(process_state(p)), process_state_name(expected))

#endif
