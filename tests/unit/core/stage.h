/* stage: a supervisor with programs on the fakes, for the tests of core. */
#ifndef TESTS_UNIT_CORE_STAGE_H
#define TESTS_UNIT_CORE_STAGE_H

#include "../../../src/core/process_private.h"
#include "../../../src/core/supervisor_private.h"
#include "base/xalloc.h"
#include "core/handover.h"
#include "core/reload_report.h"
#include "core/supervisor.h"
#include "fake/fake.h"
#include "os/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A program that discards its output, has a command, and starts with the stage. */
static inline struct program *a_program(const char *name)
{
    struct program *p = program_new(name, "supervisor.lua", 1, NULL);

    words_add(&p->cmd, "/bin/true");
    p->out.kind = p->err.kind = OUTPUT_DISCARD;
    return p;
}

/* Each life has to do without a snapshot, until its end is near. */
static bool stage_is_poor;

struct stage {
    struct loop *loop;
    struct supervisor_upward upward;
    struct supervisor *supervisor;
    struct snapshot *snapshot;
    struct plan *next;   /* what a reload loads; NULL: a broken file */
    struct plan **plans; /* all that were loaded, held: the text of each is its number here */
    size_t plan_count;
};

static inline struct plan *stage_keep_plan(struct stage *stage, struct plan *plan)
{
    char number[16];

    snprintf(number, sizeof number, "%zu", stage->plan_count);
    buffer_add_text(&plan->text, number);
    stage->plans = xrealloc(stage->plans, (stage->plan_count + 1) * sizeof(struct plan *));
    stage->plans[stage->plan_count++] = plan_hold(plan);
    return plan;
}

static inline struct plan *stage_load(void *arg, struct problems *problems)
{
    struct stage *stage = arg;
    struct plan *plan = stage->next;

    stage->next = NULL;
    if (plan == NULL) {
        problems_add(problems, "supervisor.lua", 3, "syntax error near 'end'");
        return NULL;
    }
    return stage_keep_plan(stage, plan);
}

static inline struct plan *stage_load_text(void *arg, const char *text, size_t length, struct problems *problems)
{
    struct stage *stage = arg;
    size_t number = 0;

    (void)problems;
    for (size_t i = 0; i < length; i++)
        number = 10 * number + (size_t)(text[i] - '0');
    assert_true(number < stage->plan_count);
    stage->plans[number]->kept_in = NULL; /* this life has another one */
    stage->plans[number]->entry = 0;
    return plan_hold(stage->plans[number]);
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

static inline void stage_write(void *arg)
{
    const struct stage *stage = arg;

    supervisor_write(stage->supervisor, false);
}

/* A supervisor on the stage's loop that knows nothing yet; what happens to it is written into a snapshot. */
static inline void stage_new_life(struct stage *stage)
{
    stage->supervisor = supervisor_new(stage->loop, &stage->upward);
    stage->snapshot = stage_is_poor ? NULL : snapshot_new(NULL);
    if (!stage_is_poor) {
        assert_non_null(stage->snapshot);
        supervisor_keep(stage->supervisor, stage->snapshot);
    }
    loop_set_guard(stage->loop, &(struct loop_guard){ .next = stage_write, .arg = stage });
}

static inline struct stage *a_stage_with(const struct supervisor_upward *upward, struct plan *plan)
{
    struct stage *stage = xcalloc(1, sizeof *stage);

    fake_reset();
    stage->loop = loop_new();
    stage->upward = *upward;
    stage->upward.arg = stage;
    stage->upward.load = stage_load;
    stage->upward.load_text = stage_load_text;
    stage_new_life(stage);
    supervisor_start(stage->supervisor, stage_keep_plan(stage, plan));
    fake_turn();
    return stage;
}

static inline struct stage *a_stage(struct plan *plan)
{
    return a_stage_with(&(struct supervisor_upward){ 0 }, plan);
}

static inline struct former *copy_of_snapshot(const struct snapshot *s)
{
    size_t length;
    const char *bytes = snapshot_bytes(s, &length);
    int fd = memfd_create("test", MFD_CLOEXEC);

    assert_int_equal(write(fd, bytes, length), length);
    return former_open(fd, NULL);
}

/* What ends with a life: its children do not. */
static inline void stage_end_life(struct stage *stage)
{
    struct supervisor *s = stage->supervisor;

    loop_set_guard(stage->loop, NULL);
    for (size_t i = 0; i < s->all.count; i++) {
        struct process *p = s->all.process[i];

        care_forget(p);
        child_free(p->child);
        p->child = NULL;
        timer_stop(&p->timer);
        timer_stop(&p->patience);
    }
    supervisor_free(s);
    snapshot_free(stage->snapshot);
    assert_int_equal(fake_timers(), 0);
}

/* This life has ended, and the next one goes on from what it has written; no callback of it has run yet. */
static inline void stage_begin_next_life(struct stage *stage, struct former *former)
{
    struct handover *handover;
    struct error e;

    assert_non_null(former);
    stage_end_life(stage);
    handover = handover_open(former, &stage->upward, &e);
    assert_non_null(handover);
    stage_new_life(stage);
    handover_claim(handover, stage->supervisor);
    handover_resume(handover, stage->supervisor);
    handover_close(handover);
}

static inline void stage_next_life(struct stage *stage, struct former *former)
{
    stage_begin_next_life(stage, former);
    fake_turn();
}

/* A handover, after all callbacks have returned. `whole`: for an upgrade; else as after a crash. */
static inline void stage_handover(struct stage *stage, bool whole)
{
    fake_turn();
    if (stage->snapshot == NULL) {
        stage->snapshot = snapshot_new(NULL);
        assert_non_null(stage->snapshot);
        supervisor_keep_again(stage->supervisor, stage->snapshot);
    }
    supervisor_write(stage->supervisor, whole);
    stage_next_life(stage, copy_of_snapshot(stage->snapshot));
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

static inline bool stage_reload_by(struct stage *stage, enum reload_mode mode, struct plan *next, struct buffer *list)
{
    struct reload_report report = { 0 };
    struct problems problems = { 0 };
    bool good;

    stage->next = next;
    good = supervisor_reload(stage->supervisor, mode, &report, &problems);
    plan_release(stage->next); /* nobody took it: it is not the time for reloads */
    stage->next = NULL;
    if (good && list != NULL)
        reload_report_print(&report, list);
    reload_report_free(&report);
    problems_free(&problems);
    fake_turn();
    return good;
}

static inline bool stage_reload(struct stage *stage, struct plan *next, struct buffer *list)
{
    return stage_reload_by(stage, RELOAD_PLAIN, next, list);
}

/* No life follows. */
static inline void stage_free(struct stage *stage)
{
    loop_set_guard(stage->loop, NULL);
    supervisor_free(stage->supervisor);
    snapshot_free(stage->snapshot);
    assert_int_equal(fake_timers(), 0);
    for (size_t i = 0; i < stage->plan_count; i++) {
        stage->plans[i]->kept_in = NULL;
        plan_release(stage->plans[i]);
    }
    free(stage->plans);
    loop_free(stage->loop);
    free(stage);
}

/* Everything ends; nothing may be left. */
static inline void stage_ends(struct stage *stage)
{
    if (!supervisor_is_ending(stage->supervisor))
        supervisor_shutdown(stage->supervisor, 0, false, "the test is over");
    fake_clock_advance(1000000);
    assert_true(fake_loop_ended());
    assert_int_equal(fake_living(), 0);
    stage_free(stage);
    fake_reset();
}

#define assert_state(p, expected)                                                                                      \
    assert_string_equal(process_state_name(process_state(p)), process_state_name(expected))

#endif
