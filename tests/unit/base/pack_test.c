#include "base/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static struct buffer packed;
static struct unpack u;

static int forget(void **state)
{
    (void)state;
    buffer_free(&packed);
    return 0;
}

static void begin(void)
{
    assert_true(unpack_begin(&u, packed.data, packed.length));
}

static void a_number_comes_back_as_it_went(void **state)
{
    static const int64_t numbers[] = { 1,     -1,     127,       128,       -128,      -129,
                                       65535, -65536, INT32_MAX, INT64_MAX, INT64_MIN, 1ll << 40 };

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        buffer_clear(&packed);
        pack_number(&packed, "n", numbers[i]);
        begin();
        assert_int_equal(unpack_number(&u, "n"), numbers[i]);
    }
}

static void texts_and_bytes_come_back(void **state)
{
    size_t length;
    char *text;

    (void)state;
    pack_text(&packed, "name", "web");
    pack_bytes(&packed, "bytes", "a\0b", 3);
    pack_text(&packed, "empty", "");
    begin();
    text = unpack_text(&u, "name");
    assert_string_equal(text, "web");
    free(text);
    assert_memory_equal(unpack_bytes(&u, "bytes", &length), "a\0b", 3);
    assert_int_equal(length, 3);
    text = unpack_text(&u, "empty");
    assert_string_equal(text, "");
    free(text);
}

static void what_is_not_there_is_nothing(void **state)
{
    (void)state;
    pack_number(&packed, "zero", 0);
    pack_text(&packed, "none", NULL);
    pack_number(&packed, "one", 1);
    begin();
    assert_int_equal(unpack_number(&u, "zero"), 0);
    assert_null(unpack_text(&u, "none"));
    assert_null(unpack_text(&u, "never heard of"));
    assert_int_equal(unpack_number(&u, "one"), 1);
}

static void fields_are_found_in_any_order(void **state)
{
    (void)state;
    pack_number(&packed, "a", 1);
    pack_number(&packed, "ab", 2);
    pack_number(&packed, "b", 3);
    begin();
    assert_int_equal(unpack_number(&u, "b"), 3);
    assert_int_equal(unpack_number(&u, "a"), 1);
    assert_int_equal(unpack_number(&u, "ab"), 2);
    assert_int_equal(unpack_number(&u, "a"), 1);
}

static void a_name_may_come_several_times(void **state)
{
    size_t length;

    (void)state;
    pack_text(&packed, "word", "start");
    pack_number(&packed, "other", 7);
    pack_text(&packed, "word", "web");
    begin();
    assert_memory_equal(unpack_next(&u, "word", &length), "start", 5);
    assert_memory_equal(unpack_next(&u, "word", &length), "web", 3);
    assert_null(unpack_next(&u, "word", &length));
}

/* A later version may have added one, an earlier one may have had fewer. */
static void a_field_may_have_fields_of_its_own(void **state)
{
    struct buffer one = { 0 };
    struct unpack inner;
    char *name;

    (void)state;
    pack_text(&one, "name", "a");
    pack_inner(&packed, "one", &one);
    assert_int_equal(one.length, 0);
    pack_bytes(&packed, "one", "broken", 6);
    pack_text(&one, "name", "b");
    pack_inner(&packed, "one", &one);
    assert_true(unpack_begin(&u, packed.data, packed.length));
    for (const char *const *wanted = (const char *const[]){ "a", "b", NULL }; *wanted != NULL; wanted++) {
        assert_true(unpack_inner(&u, "one", &inner));
        name = unpack_text(&inner, "name");
        assert_string_equal(name, *wanted);
        free(name);
    }
    assert_false(unpack_inner(&u, "one", &inner));
    buffer_free(&one);
}

static void words_come_back_in_their_order(void **state)
{
    struct words words = { 0 }, again = { 0 };

    (void)state;
    words_add(&words, "stop");
    words_add(&words, "");
    words_add(&words, "web");
    pack_words(&packed, "word", &words);
    pack_number(&packed, "behind", 1);
    assert_true(unpack_begin(&u, packed.data, packed.length));
    assert_int_equal(unpack_number(&u, "behind"), 1);
    unpack_words(&u, "word", &again);
    assert_true(words_equal(&words, &again));
    words_free(&words);
    words_free(&again);
}

static void numbers_in_a_row_are_known_by_their_place(void **state)
{
    static const int64_t numbers[] = { -1, 0, INT64_MAX, 300, 0, 0 };
    int64_t out[8], two[2];
    const char *value;
    size_t length;

    (void)state;
    pack_numbers(&packed, "row", numbers, 6);
    begin();
    value = unpack_bytes(&u, "row", &length);
    assert_int_equal(length, 2 + 1 + 9 + 3); /* zeros at the end take no room */
    memset(out, 9, sizeof out);
    unpack_values(value, length, out, 8);
    assert_memory_equal(out, numbers, sizeof numbers);
    assert_int_equal(out[7], 0);
    unpack_values(value, length, two, 2);
    assert_int_equal(two[0], -1);
    unpack_values(value, 5, out, 8); /* cut off within a number: what is there counts */
    assert_int_equal(out[0], -1);
    assert_int_equal(out[3], 0);
}

static void cut_off_bytes_are_refused_and_never_read_past(void **state)
{
    (void)state;
    pack_text(&packed, "name", "web");
    pack_number(&packed, "pid", 12345);
    for (size_t length = 1; length < packed.length; length++) {
        char *copy = malloc(length);

        memcpy(copy, packed.data, length);
        if (!unpack_begin(&u, copy, length))
            assert_null(unpack_text(&u, "name"));
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_number_comes_back_as_it_went, forget),
        cmocka_unit_test_teardown(texts_and_bytes_come_back, forget),
        cmocka_unit_test_teardown(what_is_not_there_is_nothing, forget),
        cmocka_unit_test_teardown(fields_are_found_in_any_order, forget),
        cmocka_unit_test_teardown(a_name_may_come_several_times, forget),
        cmocka_unit_test_teardown(a_field_may_have_fields_of_its_own, forget),
        cmocka_unit_test_teardown(words_come_back_in_their_order, forget),
        cmocka_unit_test_teardown(numbers_in_a_row_are_known_by_their_place, forget),
        cmocka_unit_test_teardown(cut_off_bytes_are_refused_and_never_read_past, forget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
