#include "base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void what_is_added_stands_at_the_end(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    buffer_add(&b, "web", 3);
    buffer_add_char(&b, ':');
    buffer_add_number(&b, 1);
    buffer_add_text(&b, " RUNNING");
    buffer_addf(&b, " pid %d", 12);
    assert_string_equal(b.data, "web:1 RUNNING pid 12");
    assert_int_equal(b.length, strlen(b.data));
    buffer_free(&b);
}

static void numbers_of_every_size_are_written(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    buffer_add_number(&b, 0);
    buffer_add_char(&b, ' ');
    buffer_add_number(&b, LLONG_MIN);
    buffer_add_char(&b, ' ');
    buffer_add_number(&b, LLONG_MAX);
    assert_string_equal(b.data, "0 -9223372036854775808 9223372036854775807");
    buffer_free(&b);
}

static void nothing_added_is_an_empty_text(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    buffer_add(&b, NULL, 0);
    assert_string_equal(b.data, "");
    buffer_free(&b);
}

static void zero_bytes_are_bytes(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    buffer_add(&b, "a\0b", 3);
    buffer_add_char(&b, '\0');
    assert_int_equal(b.length, 4);
    assert_memory_equal(b.data, "a\0b\0", 5);
    buffer_free(&b);
}

static void a_long_format_makes_its_room(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    buffer_add_text(&b, "=");
    buffer_addf(&b, "%01000d", 7);
    assert_int_equal(b.length, 1001);
    assert_int_equal(b.data[1000], '7');
    assert_int_equal(b.data[1001], '\0');
    buffer_free(&b);
}

static void a_format_of_any_length_fits(void **state)
{
    (void)state;
    for (int width = 1; width < 200; width++) {
        struct buffer b = { 0 };

        buffer_addf(&b, "%*d", width, 1);
        buffer_addf(&b, "%*d", width, 2);
        assert_int_equal(b.length, 2 * width);
        assert_int_equal(strlen(b.data), b.length);
        buffer_free(&b);
    }
}

static void bytes_leave_at_the_front(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    buffer_drop(&b, 3);
    buffer_add_text(&b, "first\nsecond\n");
    buffer_drop(&b, 6);
    assert_string_equal(b.data, "second\n");
    buffer_drop(&b, 100);
    assert_int_equal(b.length, 0);
    assert_string_equal(b.data, "");
    buffer_free(&b);
}

static void clearing_keeps_the_memory(void **state)
{
    struct buffer b = { 0 };
    char *before;

    (void)state;
    buffer_clear(&b);
    buffer_add_text(&b, "some");
    before = b.data;
    buffer_clear(&b);
    assert_int_equal(b.length, 0);
    assert_string_equal(b.data, "");
    buffer_add_text(&b, "more");
    assert_ptr_equal(b.data, before);
    buffer_free(&b);
}

static void taken_text_is_the_callers(void **state)
{
    struct buffer b = { 0 };
    char *empty = buffer_take(&b);
    char *text;

    (void)state;
    assert_string_equal(empty, "");
    buffer_reserve(&b, 100);
    memcpy(b.data, "read", 4);
    b.length = 4;
    text = buffer_take(&b);
    assert_string_equal(text, "read");
    assert_null(b.data);
    assert_int_equal(b.length, 0);
    free(empty);
    free(text);
}

static void many_small_additions_are_cheap(void **state)
{
    struct buffer b = { 0 };
    int moves = 0;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        size_t before = b.capacity;

        buffer_add_char(&b, 'x');
        moves += b.capacity != before;
    }
    assert_int_equal(b.length, 100000);
    assert_in_range(moves, 1, 20);
    buffer_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_added_stands_at_the_end), cmocka_unit_test(numbers_of_every_size_are_written),
        cmocka_unit_test(nothing_added_is_an_empty_text),  cmocka_unit_test(zero_bytes_are_bytes),
        cmocka_unit_test(a_long_format_makes_its_room),    cmocka_unit_test(a_format_of_any_length_fits),
        cmocka_unit_test(bytes_leave_at_the_front),        cmocka_unit_test(clearing_keeps_the_memory),
        cmocka_unit_test(taken_text_is_the_callers),       cmocka_unit_test(many_small_additions_are_cheap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
