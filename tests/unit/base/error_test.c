#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

static void a_failure_is_false_and_says_why(void **state)
{
    struct error e;

    (void)state;
    assert_false(failure(&e, "there is no user '%s'", "wbe"));
    assert_string_equal(e.text, "there is no user 'wbe'");
}

static void contexts_are_put_in_front(void **state)
{
    struct error e;

    (void)state;
    failure(&e, "there is no user '%s'", "wbe");
    assert_false(failure_in(&e, "program '%s'", "web"));
    assert_false(failure_in(&e, "a.lua:3"));
    assert_string_equal(e.text, "a.lua:3: program 'web': there is no user 'wbe'");
}

static void errno_is_put_into_words_and_kept(void **state)
{
    struct error e;

    (void)state;
    errno = ENOENT;
    assert_false(failure_errno(&e, "chdir to '%s'", "/nope"));
    assert_string_equal(e.text, "chdir to '/nope': No such file or directory");
    failure_in(&e, "web");
    failure(NULL, "nobody asks");
    assert_int_equal(errno, ENOENT);
}

static void nobody_needs_to_ask(void **state)
{
    (void)state;
    assert_false(failure(NULL, "%d", 1));
    assert_false(failure_in(NULL, "%d", 1));
    assert_false(failure_errno(NULL, "%d", 1));
}

static void the_old_text_may_be_an_argument(void **state)
{
    struct error e;

    (void)state;
    failure(&e, "inner");
    failure(&e, "outer (%s)", e.text);
    assert_string_equal(e.text, "outer (inner)");
}

static void a_long_text_is_cut_between_characters(void **state)
{
    char word[600];
    struct error e;

    (void)state;
    memset(word, 'x', sizeof word);
    memcpy(word + sizeof e.text - 3, "\u20ac", 3); /* three bytes where two are left */
    word[sizeof word - 1] = '\0';
    failure(&e, "%s", word);
    assert_int_equal(strlen(e.text), sizeof e.text - 3);
    failure_in(&e, "program 'web'");
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
    assert_memory_equal(e.text, "program 'web': xxx", 18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_is_false_and_says_why),  cmocka_unit_test(contexts_are_put_in_front),
        cmocka_unit_test(errno_is_put_into_words_and_kept), cmocka_unit_test(nobody_needs_to_ask),
        cmocka_unit_test(the_old_text_may_be_an_argument),  cmocka_unit_test(a_long_text_is_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
