#include "control/telnet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

/* Filter `input`, `step` bytes at a time, and compare what is meant and what is answered. */
static bool check_steps(const char *input, size_t length, size_t step, const char *plain, const char *answer)
{
    struct telnet t = { 0 };
    struct buffer out = { 0 }, back = { 0 };

    for (size_t i = 0; i < length; i += step)
        telnet_filter(&t, input + i, length - i < step ? length - i : step, &out, &back);
    assert_int_equal(out.length, strlen(plain));
    assert_int_equal(back.length, strlen(answer));
    if (out.length > 0)
        assert_memory_equal(out.data, plain, out.length);
    if (back.length > 0)
        assert_memory_equal(back.data, answer, back.length);
    buffer_free(&out);
    buffer_free(&back);
    return t.interrupted;
}

/* However the bytes are cut into pieces. */
static bool check(const char *input, size_t length, const char *plain, const char *answer)
{
    bool interrupted = false;

    for (size_t step = 1; step <= length; step++)
        interrupted = check_steps(input, length, step, plain, answer);
    return interrupted;
}

#define CHECK(input, plain, answer) check(input, sizeof(input) - 1, plain, answer)

static void plain_text_passes(void **state)
{
    (void)state;
    assert_false(CHECK("status web\nüml\n", "status web\nüml\n", ""));
}

static void every_end_of_line_is_a_newline(void **state)
{
    (void)state;
    CHECK("a\r\nb\r\0c\nd\r\r\ne", "a\nb\nc\nd\r\ne", "");
}

static void every_option_is_refused(void **state)
{
    (void)state;
    CHECK("\377\375\001\377\373\042status\r\n", "status\n", "\377\374\001\377\376\042");
    CHECK("\377\374\001\377\376\042x", "x", "");
}

static void parameters_are_skipped(void **state)
{
    (void)state;
    CHECK("a\377\372\030\001xterm\377\377\r\n\377\360b", "ab", "");
}

static void a_doubled_iac_is_a_byte(void **state)
{
    (void)state;
    CHECK("a\377\377b", "a\377b", "");
}

static void an_interrupt_is_noticed(void **state)
{
    (void)state;
    assert_true(CHECK("a\377\364b", "ab", ""));
    assert_true(CHECK("\377\363", "", ""));
    assert_false(CHECK("\377\366", "", ""));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_passes),       cmocka_unit_test(every_end_of_line_is_a_newline),
        cmocka_unit_test(every_option_is_refused), cmocka_unit_test(parameters_are_skipped),
        cmocka_unit_test(a_doubled_iac_is_a_byte), cmocka_unit_test(an_interrupt_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
