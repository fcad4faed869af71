#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/utf8.h"

static size_t length_of(const char *text)
{
    return utf8_character(text, strlen(text));
}

static void characters_of_each_length_are_seen(void **state)
{
    (void)state;
    assert_int_equal(length_of("ab"), 1);
    assert_int_equal(length_of("\xc3\xa9z"), 2);
    assert_int_equal(length_of("\xe2\x80\x94z"), 3);
    assert_int_equal(length_of("\xf0\x9f\x94\xa5z"), 4);
    assert_int_equal(length_of("\xf4\x8f\xbf\xbf"), 4);
    assert_int_equal(utf8_character("\0x", 2), 1);
}

static void what_is_cut_off_or_broken_is_none(void **state)
{
    static const char *const wrong[] = { "",
                                         "\x80",
                                         "\xff",
                                         "\xc3",
                                         "\xc3z",
                                         "\xe2\x80",
                                         "\xe2\x80z",
                                         "\xf0\x9f\x94",
                                         "\xc0\xaf",
                                         "\xe0\x80\xaf",
                                         "\xed\xa0\x80",
                                         "\xf0\x80\x80\xaf",
                                         "\xf4\x90\x80\x80",
                                         "\xf5\x80\x80\x80" };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(length_of(wrong[i]), 0);
}

static void broken_bytes_are_one_as_far_as_they_could_begin_one(void **state)
{
    (void)state;
    assert_int_equal(utf8_broken("\x80\x80", 2), 1);
    assert_int_equal(utf8_broken("\xffz", 2), 1);
    assert_int_equal(utf8_broken("\xc3z", 2), 1);
    assert_int_equal(utf8_broken("\xe2\x80", 2), 2);
    assert_int_equal(utf8_broken("\xe2\x80z", 3), 2);
    assert_int_equal(utf8_broken("\xf0\x9f\x94z", 4), 3);
    assert_int_equal(utf8_broken("\xed\xa0\x80", 3), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_of_each_length_are_seen),
        cmocka_unit_test(what_is_cut_off_or_broken_is_none),
        cmocka_unit_test(broken_bytes_are_one_as_far_as_they_could_begin_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
