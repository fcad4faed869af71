#include "core/line_format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <string.h>

static void format(struct line_format f, const char *line, size_t length, struct buffer *out)
{
    struct stamp stamp;

    stamp_set(&stamp, 1714564800007);
    line_format_add(&f, &stamp, "web:1", "stderr", line, length, out);
}

static void a_line_gets_what_was_asked_for(void **state)
{
    struct buffer out = { 0 };

    (void)state;
    format((struct line_format){ 0 }, "plain", 5, &out);
    format((struct line_format){ .prefix = true }, "one", 3, &out);
    format((struct line_format){ .timestamp = true }, "two", 3, &out);
    format((struct line_format){ .timestamp = true, .prefix = true }, "", 0, &out);
    assert_string_equal(out.data, "plain\n"
                                  "web:1 | one\n"
                                  "2024-05-01T12:00:00.007Z two\n"
                                  "2024-05-01T12:00:00.007Z web:1 | \n");
    buffer_free(&out);
}

static void json_says_it_all(void **state)
{
    struct buffer out = { 0 };

    (void)state;
    format((struct line_format){ .json = true, .prefix = true, .timestamp = true }, "say \"hi\"", 8, &out);
    assert_string_equal(out.data, "{\"time\":\"2024-05-01T12:00:00.007Z\",\"process\":\"web:1\",\"stream\":\"stderr\","
                                  "\"line\":\"say \\\"hi\\\"\"}\n");
    buffer_free(&out);
}

static void json_is_valid_whatever_the_line(void **state)
{
    (void)state;
    for (int first = 0; first < 256; first++)
        for (int second = 0; second < 256; second += 5) {
            char line[] = { 'a', (char)first, (char)second, '\x80', '\xe2', '\x82' };
            struct buffer out = { 0 };
            json_t *parsed;

            format((struct line_format){ .json = true }, line, sizeof line, &out);
            assert_ptr_equal(memchr(out.data, '\n', out.length), out.data + out.length - 1);
            parsed = json_loads(out.data, JSON_ALLOW_NUL, NULL);
            assert_non_null(parsed);
            json_decref(parsed);
            buffer_free(&out);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_gets_what_was_asked_for),
        cmocka_unit_test(json_says_it_all),
        cmocka_unit_test(json_is_valid_whatever_the_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
