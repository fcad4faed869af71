#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What was written is `expected`; the buffer is empty again. */
static void wrote(struct buffer *b, const char *expected)
{
    assert_string_equal(b->data, expected);
    buffer_free(b);
}

static void commas_are_set_by_themselves(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    json_open_object(&b);
    json_key(&b, "processes");
    json_open_array(&b);
    json_open_object(&b);
    json_key(&b, "name");
    json_text(&b, "web:");
    json_key(&b, "pid");
    json_int(&b, 12);
    json_key(&b, "ready");
    json_bool(&b, true);
    json_close_object(&b);
    json_open_object(&b);
    json_close_object(&b);
    json_none(&b);
    json_close_array(&b);
    json_key(&b, "empty");
    json_open_array(&b);
    json_close_array(&b);
    json_key(&b, "raw");
    json_raw(&b, "{\"a\":1}", 7);
    json_key(&b, "last");
    json_bool(&b, false);
    json_close_object(&b);
    wrote(&b, "{\"processes\":[{\"name\":\"web:\",\"pid\":12,\"ready\":true},{},null],\"empty\":[],"
              "\"raw\":{\"a\":1},\"last\":false}");
}

static void a_new_line_is_a_new_text(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    json_open_object(&b);
    json_close_object(&b);
    buffer_add_char(&b, '\n');
    json_open_array(&b);
    json_text(&b, "a,");
    json_text(&b, "b[");
    json_text(&b, "");
    json_close_array(&b);
    wrote(&b, "{}\n[\"a,\",\"b[\",\"\"]");
}

static void text_is_escaped(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    json_text(&b, "a\"b\\c/d\n\t\r\b\f\x01\x1f\x7f");
    wrote(&b, "\"a\\\"b\\\\c/d\\n\\t\\r\\b\\f\\u0001\\u001f\x7f\"");
    json_bytes(&b, "a\0b", 3);
    wrote(&b, "\"a\\u0000b\"");
    json_bytes(&b, NULL, 0);
    wrote(&b, "\"\"");
    json_text(&b, NULL);
    wrote(&b, "null");
}

static void utf8_stays_as_it_is(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    json_text(&b, "caf\u00e9 \u20ac \ufffd \U0001f600 \U0010ffff \ud7ff\ue000");
    wrote(&b, "\"caf\u00e9 \u20ac \ufffd \U0001f600 \U0010ffff \ud7ff\ue000\"");
}

static void becomes(const char *bytes, const char *expected)
{
    struct buffer b = { 0 };

    json_text(&b, bytes);
    wrote(&b, expected);
}

static void broken_utf8_becomes_the_replacement(void **state)
{
    (void)state;
    becomes("a\xff z", "\"a\ufffd z\"");
    becomes("\x80", "\"\ufffd\"");
    becomes("\xc3", "\"\ufffd\"");
    becomes("\xc3(", "\"\ufffd(\"");
    becomes("\xc0\xaf", "\"\ufffd\ufffd\"");                     /* written too long */
    becomes("\xe0\x80\x80", "\"\ufffd\ufffd\ufffd\"");           /* the same */
    becomes("\xed\xa0\x80", "\"\ufffd\ufffd\ufffd\"");           /* a surrogate */
    becomes("\xf4\x90\x80\x80", "\"\ufffd\ufffd\ufffd\ufffd\""); /* beyond the last character */
    becomes("\xe2\x82", "\"\ufffd\"");                           /* cut off */
    becomes("\xe2\x82\xe2\x82\xac", "\"\ufffd\u20ac\"");
    becomes("\xf0\x9f\x98\"", "\"\ufffd\\\"\"");
}

static void a_character_cut_by_the_length_is_broken(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    json_bytes(&b, "\u20ac", 2);
    wrote(&b, "\"\ufffd\"");
}

static void integers_are_whole(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    json_int(&b, LLONG_MIN);
    json_int(&b, 0);
    wrote(&b, "-9223372036854775808,0");
}

static void doubles_are_short(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    json_open_array(&b);
    json_double(&b, 0);
    json_double(&b, 12);
    json_double(&b, -3.25);
    json_double(&b, 12.5);
    json_double(&b, 0.1);
    json_double(&b, 12.005);
    json_double(&b, -0.001);
    json_double(&b, 1e15);
    json_double(&b, 0.1 + 0.2);
    json_double(&b, 1.0 / 3);
    json_close_array(&b);
    wrote(&b, "[0,12,-3.25,12.5,0.1,12.005,-0.001,1e+15,0.30000000000000004,0.33333333333333331]");
}

static void what_is_no_number_is_null(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    json_double(&b, NAN);
    json_double(&b, INFINITY);
    json_double(&b, -INFINITY);
    wrote(&b, "null,null,null");
}

static void words_are_an_array(void **state)
{
    struct buffer b = { 0 };
    struct words words = { 0 };

    (void)state;
    words_add(&words, "a");
    words_add(&words, "\"b\"");
    json_words(&b, &words);
    json_words(&b, NULL);
    wrote(&b, "[\"a\",\"\\\"b\\\"\"],[]");
    words_free(&words);
}

static void doubles_are_read_back_as_they_were(void **state)
{
    static const double odd[] = { DBL_MAX,    DBL_MIN, DBL_EPSILON, 4.9e-324,    1e12, 999999999999.999,
                                  1e12 - 0.1, 0.0005,  1e-4,        123456.7891, 1e22, M_PI,
                                  -1e300 };

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct buffer b = { 0 };

        json_double(&b, odd[i]);
        assert_true(strtod(b.data, NULL) == odd[i]);
        buffer_free(&b);
    }
    for (int i = 0; i < 100000; i++) {
        struct buffer b = { 0 };
        double n = i / 1000.0 + (i % 7) * 4096;

        json_double(&b, n);
        assert_true(strtod(b.data, NULL) == n);
        buffer_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_are_set_by_themselves),
        cmocka_unit_test(a_new_line_is_a_new_text),
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(utf8_stays_as_it_is),
        cmocka_unit_test(broken_utf8_becomes_the_replacement),
        cmocka_unit_test(a_character_cut_by_the_length_is_broken),
        cmocka_unit_test(integers_are_whole),
        cmocka_unit_test(doubles_are_short),
        cmocka_unit_test(what_is_no_number_is_null),
        cmocka_unit_test(words_are_an_array),
        cmocka_unit_test(doubles_are_read_back_as_they_were),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
