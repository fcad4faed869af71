#include "core/line_cutter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* What was cut: "line|line|". */
static void note(const char *line, size_t length, void *arg)
{
    buffer_add(arg, line, length);
    buffer_add_char(arg, '|');
}

static void note_length(const char *line, size_t length, void *arg)
{
    (void)line;
    buffer_addf(arg, "%zu ", length);
}

static void lines_come_out_whole_however_they_come_in(void **state)
{
    const char *said = "one\n\ntwo\nthree is longer\nfour";

    (void)state;
    for (size_t step = 1; step <= strlen(said); step++) {
        struct line_cutter c = { 0 };
        struct buffer got = { 0 };

        for (size_t at = 0; at < strlen(said); at += step)
            line_cutter_feed(&c, said + at, strlen(said) - at < step ? strlen(said) - at : step, note, &got);
        assert_string_equal(got.data, "one||two|three is longer|");
        line_cutter_end(&c, note, &got);
        assert_string_equal(got.data, "one||two|three is longer|four|");
        line_cutter_end(&c, note, &got);
        assert_string_equal(got.data, "one||two|three is longer|four|");
        line_cutter_free(&c);
        buffer_free(&got);
    }
}

static void a_long_line_is_split_every_64_kb(void **state)
{
    const size_t size = 2 * 65536 + 5;
    char *said = malloc(size);

    (void)state;
    memset(said, 'x', size);
    said[size - 1] = '\n';
    for (size_t step = 1000; step <= size; step += 13217) {
        struct line_cutter c = { 0 };
        struct buffer got = { 0 };

        for (size_t at = 0; at < size; at += step)
            line_cutter_feed(&c, said + at, size - at < step ? size - at : step, note_length, &got);
        assert_string_equal(got.data, "65536 65536 4 ");
        line_cutter_free(&c);
        buffer_free(&got);
    }
    free(said);
}

static void exactly_64_kb_are_one_line(void **state)
{
    struct line_cutter c = { 0 };
    struct buffer got = { 0 };
    char *said = malloc(65537);

    (void)state;
    memset(said, 'x', 65536);
    said[65536] = '\n';
    line_cutter_feed(&c, said, 65537, note_length, &got);
    line_cutter_feed(&c, said, 65536, note_length, &got);
    line_cutter_feed(&c, "\n", 1, note_length, &got);
    assert_string_equal(got.data, "65536 65536 ");
    line_cutter_free(&c);
    buffer_free(&got);
    free(said);
}

static void a_character_is_not_split(void **state)
{
    struct line_cutter c = { 0 };
    struct buffer got = { 0 };
    char *said = malloc(65540);

    (void)state;
    memset(said, 'x', 65540);
    memcpy(said + 65534, "\xe2\x82\xac", 3);
    line_cutter_feed(&c, said, 65540, note_length, &got);
    memset(said, 0x80, 65540); /* not UTF-8 at all */
    line_cutter_feed(&c, "\n", 1, note_length, &got);
    line_cutter_feed(&c, said, 65540, note_length, &got);
    assert_string_equal(got.data, "65534 6 65536 ");
    line_cutter_free(&c);
    buffer_free(&got);
    free(said);
}

static void a_long_line_leaves_no_memory_behind(void **state)
{
    struct line_cutter c = { 0 };
    struct buffer got = { 0 };
    char said[30000];

    (void)state;
    memset(said, 'x', sizeof said);
    line_cutter_feed(&c, said, sizeof said, note, &got);
    line_cutter_feed(&c, "\n", 1, note, &got);
    assert_int_equal(c.unfinished.capacity, 0);
    buffer_free(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_out_whole_however_they_come_in),
        cmocka_unit_test(a_long_line_is_split_every_64_kb),
        cmocka_unit_test(exactly_64_kb_are_one_line),
        cmocka_unit_test(a_character_is_not_split),
        cmocka_unit_test(a_long_line_leaves_no_memory_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
