/* What the tests of this room share: a configuration as a text, and what comes of it. */
#ifndef TESTS_SCRIPT_HELPER_H
#define TESTS_SCRIPT_HELPER_H

#include "script/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static inline struct plan *load(const char *text, struct problems *problems)
{
    return script_load_text("t.lua", text, strlen(text), problems);
}

/* A plan without any problem; the caller releases it. */
static inline struct plan *load_good(const char *text)
{
    struct problems problems = { 0 };
    struct plan *plan = load(text, &problems);

    if (plan == NULL) {
        struct buffer out = { 0 };

        problems_print(&problems, &out);
        print_error("%s", out.data);
        buffer_free(&out);
    }
    problems_free(&problems);
    assert_non_null(plan);
    return plan;
}

static inline void assert_loads(const char *text)
{
    plan_release(load_good(text));
}

/* The file is refused with exactly these lines. */
static inline void assert_refused(const char *text, const char *expected)
{
    struct problems problems = { 0 };
    struct buffer out = { 0 };

    assert_null(load(text, &problems));
    problems_print(&problems, &out);
    assert_string_equal(out.data, expected);
    buffer_free(&out);
    problems_free(&problems);
}

/* The file is refused, and this is among the reasons. */
static inline void assert_refused_for(const char *text, const char *part)
{
    struct problems problems = { 0 };
    struct buffer out = { 0 };

    assert_null(load(text, &problems));
    problems_print(&problems, &out);
    if (strstr(out.data, part) == NULL)
        fail_msg("no '%s' in:\n%s", part, out.data);
    buffer_free(&out);
    problems_free(&problems);
}

#endif
