/* plans: programs and plans for tests, out of values written as JSON. */
#ifndef TESTS_UNIT_CORE_PLANS_H
#define TESTS_UNIT_CORE_PLANS_H

#include "core/plan.h"
#include "unit/core/values.h"

/* The line of a setting is 100 and the length of its name, that of a declaration 100. */
static int line_of(const char *key, void *arg)
{
    (void)arg;
    return 100 + (int)strlen(key);
}

static struct program *a_program(const char *name, const char *settings)
{
    struct program *p = program_new(name, "p.lua", 3, NULL);
    struct value v = value_of(settings);
    struct problems problems = { 0 };

    record_read(p, v.table, &(struct record_source){ .file = "p.lua", .line_of = line_of, .problems = &problems });
    assert_int_equal(problems.count, 0);
    value_clear(&v);
    return p;
}

static inline void add_program(struct plan *plan, const char *name, const char *settings)
{
    assert_true(plan_add(plan, a_program(name, settings), NULL));
}

static inline void add_group(struct plan *plan, const char *name, const char *first, const char *second)
{
    struct words words = { 0 };

    words_add(&words, first);
    words_add(&words, second);
    assert_true(plan_add_group(plan, name, &words, "g.lua", 9, NULL));
    words_free(&words);
}

static inline void say(struct plan *plan, const char *settings)
{
    struct value v = value_of(settings);
    struct problems problems = { 0 };

    plan_read_settings(plan, v.table,
                       &(struct record_source){ .file = "s.lua", .line_of = line_of, .problems = &problems });
    assert_int_equal(problems.count, 0);
    value_clear(&v);
}

/* These are the problems, one a line; it forgets them. */
static inline void assert_problems(struct problems *problems, const char *expected)
{
    struct buffer out = { 0 };

    buffer_add_text(&out, "");
    problems_print(problems, &out);
    assert_string_equal(out.data, expected);
    buffer_free(&out);
    problems_free(problems);
}

#endif
