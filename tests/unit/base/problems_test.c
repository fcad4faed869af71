#include "base/problems.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_prints(struct problems *p, const char *expected)
{
    struct buffer out = { 0 };

    buffer_add_text(&out, "");
    problems_print(p, &out);
    assert_string_equal(out.data, expected);
    buffer_free(&out);
    problems_free(p);
}

static void each_problem_is_told_with_its_place(void **state)
{
    struct problems p = { 0 };

    (void)state;
    assert_false(problems_add(&p, "a.lua", 3, "there is no user '%s'", "wbe"));
    problems_add(&p, "b.lua", 0, "it is empty");
    problems_add(&p, NULL, 0, "no file at all");
    assert_int_equal(p.count, 3);
    assert_prints(&p, "a.lua:3: there is no user 'wbe'\nb.lua: it is empty\nno file at all\n");
}

static void what_the_file_says_stays_within_its_line(void **state)
{
    struct problems p = { 0 };

    (void)state;
    problems_add(&p, "f", 1, "unknown setting 'a\nf:2: b\x1b[31m'");
    assert_prints(&p, "f:1: unknown setting 'a f:2: b [31m'\n");
}

static void an_empty_list_prints_nothing(void **state)
{
    struct problems p = { 0 };

    (void)state;
    problems_sort(&p);
    assert_prints(&p, "");
}

static void sorting_goes_by_file_and_line_and_keeps_ties(void **state)
{
    struct problems p = { 0 };

    (void)state;
    problems_add(&p, "b", 2, "four");
    problems_add(&p, "a", 10, "two");
    problems_add(&p, "b", 2, "five");
    problems_add(&p, "b", 1, "three");
    problems_add(&p, "a", 9, "one");
    problems_add(&p, NULL, 0, "zero");
    problems_sort(&p);
    assert_prints(&p, "zero\na:9: one\na:10: two\nb:1: three\nb:2: four\nb:2: five\n");
}

static void a_flood_of_problems_is_counted_but_not_kept(void **state)
{
    struct problems p = { 0 };
    struct buffer out = { 0 };

    (void)state;
    for (int i = 1; i <= PROBLEMS_MAX + 7; i++)
        problems_add(&p, "f", i, "x");
    assert_int_equal(p.count, PROBLEMS_MAX);
    problems_print(&p, &out);
    assert_non_null(strstr(out.data, "f:1000: x\nand 7 more\n"));
    buffer_free(&out);
    problems_free(&p);
    assert_int_equal(p.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_problem_is_told_with_its_place),
        cmocka_unit_test(what_the_file_says_stays_within_its_line),
        cmocka_unit_test(an_empty_list_prints_nothing),
        cmocka_unit_test(sorting_goes_by_file_and_line_and_keeps_ties),
        cmocka_unit_test(a_flood_of_problems_is_counted_but_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
