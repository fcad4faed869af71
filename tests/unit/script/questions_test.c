/* Patterns of `ready.line`, matched by Lua where no generation of Lua need be. */
#include "script/questions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool matches(const char *pattern, const char *line)
{
    return questions_match(NULL, pattern, line, strlen(line));
}

static void a_pattern_is_found_anywhere_in_a_line(void **state)
{
    (void)state;
    assert_true(matches("port %d+", "listening on port 80"));
    assert_false(matches("^port %d+", "listening on port 80"));
    assert_true(matches("", "anything"));
    assert_false(matches("x", ""));
}

static void bytes_of_any_kind_may_be_in_a_line(void **state)
{
    (void)state;
    assert_true(questions_match(NULL, "b$", "a\0b", 3));
    assert_true(matches("\xff", "a\xff"));
}

static void a_broken_pattern_matches_nothing(void **state)
{
    (void)state;
    assert_false(matches("[a", "a"));
    assert_false(matches("(a", "a"));
    assert_false(matches("a%", "a"));
}

static void broken_patterns_are_told_beforehand(void **state)
{
    static const char *const bad[] = { "[a", "(ready", "ready%", "%b(" };
    struct error e;

    (void)state;
    assert_true(questions_check_pattern("^ready: (%d+) %b() [%w_]+$", &e));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (questions_check_pattern(bad[i], &e))
            fail_msg("'%s' was taken", bad[i]);
        assert_non_null(strstr(e.text, "is no Lua pattern"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_is_found_anywhere_in_a_line),
        cmocka_unit_test(bytes_of_any_kind_may_be_in_a_line),
        cmocka_unit_test(a_broken_pattern_matches_nothing),
        cmocka_unit_test(broken_patterns_are_told_beforehand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
