/* What executors write. */
#include "modules/gearman/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* After the four above. */
#include <cmocka.h>

static void expect(const char *line, enum message_type type, const char *body)
{
    struct message m;
    struct error e = { "" };

    if (!message_read(line, strlen(line), &m, &e))
        fail_msg("%s: %s", line, e.text);
    assert_int_equal(m.type, type);
    assert_string_equal(m.body.data, body);
    message_free(&m);
}

static void expect_progress(const char *line, long long numerator, long long denominator)
{
    struct message m;
    struct error e = { "" };

    if (!message_read(line, strlen(line), &m, &e))
        fail_msg("%s: %s", line, e.text);
    assert_int_equal(m.type, MESSAGE_PROGRESS);
    assert_int_equal(m.numerator, numerator);
    assert_int_equal(m.denominator, denominator);
    message_free(&m);
}

static void expect_refused(const char *line, const char *why)
{
    struct message m;
    struct error e = { "" };

    if (message_read(line, strlen(line), &m, &e))
        fail_msg("taken: %s", line);
    if (strstr(e.text, why) == NULL)
        fail_msg("%s: no '%s' in '%s'", line, why, e.text);
    message_free(&m);
}

static void a_complete_is_the_object_less_its_type(void **state)
{
    (void)state;
    expect("{\"type\":\"complete\"}", MESSAGE_COMPLETE, "{}");
    expect(" { \"type\" : \"complete\" , \"a\" : [ 1 , { \"type\" : 2 } ] } ", MESSAGE_COMPLETE,
           "{\"a\":[1,{\"type\":2}]}");
    expect("{\"a\":1,\"type\":\"complete\"}", MESSAGE_COMPLETE, "{\"a\":1}");
    expect("{\"a\":1,\"type\":\"complete\",\"b\":2}", MESSAGE_COMPLETE, "{\"a\":1,\"b\":2}");
}

static void numbers_and_escapes_stay_as_they_were_written(void **state)
{
    (void)state;
    expect("{\"type\":\"complete\",\"n\":123456789012345678901234567890,\"f\":0.10,\"e\":-1E+2,\"s\":\"\\u00e4\\n\"}",
           MESSAGE_COMPLETE, "{\"n\":123456789012345678901234567890,\"f\":0.10,\"e\":-1E+2,\"s\":\"\\u00e4\\n\"}");
}

static void the_last_of_several_types_holds(void **state)
{
    (void)state;
    expect("{\"type\":\"update\",\"x\":1,\"t\\u0079pe\":\"complete\"}", MESSAGE_COMPLETE, "{\"x\":1}");
}

static void an_update_is_its_data(void **state)
{
    (void)state;
    expect("{\"type\":\"update\",\"data\":{ \"a\": [] }}", MESSAGE_UPDATE, "{\"a\":[]}");
    expect("{\"data\":null,\"type\":\"update\"}", MESSAGE_UPDATE, "null");
    expect_refused("{\"type\":\"update\"}", "no 'data'");
}

static void progress_is_two_whole_numbers(void **state)
{
    (void)state;
    expect_progress("{\"type\":\"progress\",\"numerator\":3,\"denominator\":10}", 3, 10);
    expect_progress("{\"denominator\":1e2,\"numerator\":3.9,\"type\":\"progress\"}", 3, 100);
    expect_refused("{\"type\":\"progress\",\"numerator\":3}", "'denominator' is no number");
    expect_refused("{\"type\":\"progress\",\"numerator\":\"3\",\"denominator\":1}", "'numerator' is no number");
    expect_refused("{\"type\":\"progress\",\"numerator\":-1,\"denominator\":1}", "'numerator' is out of bounds");
    expect_refused("{\"type\":\"progress\",\"numerator\":1e999,\"denominator\":1}", "'numerator' is out of bounds");
}

static void a_print_is_the_text_of_its_content(void **state)
{
    (void)state;
    expect("{\"type\":\"print\",\"content\":\"a\\n\\\"\\u00e4\\ud83d\\ude00\\/\"}", MESSAGE_PRINT,
           "a\n\"\xc3\xa4\xf0\x9f\x98\x80/");
    expect("{\"type\":\"print\",\"content\":\"\\ud83d!\"}", MESSAGE_PRINT, "\xef\xbf\xbd!");
    expect("{\"type\":\"print\",\"content\":[1, 2]}", MESSAGE_PRINT, "[1,2]");
    expect("{\"type\":\"print\",\"content\":\"\"}", MESSAGE_PRINT, "");
}

static void other_ends_of_lines_are_part_of_a_text(void **state)
{
    (void)state;
    expect("{\"type\":\"complete\",\"s\":\"\xe2\x80\xa8\"}", MESSAGE_COMPLETE, "{\"s\":\"\xe2\x80\xa8\"}");
}

static void what_is_no_utf8_is_replaced(void **state)
{
    (void)state;
    expect("{\"type\":\"complete\",\"s\":\"a\xff\xc3\"}", MESSAGE_COMPLETE, "{\"s\":\"a\xef\xbf\xbd\xef\xbf\xbd\"}");
}

static void what_is_no_message_is_refused(void **state)
{
    static const char *const lines[] = { "",
                                         "null",
                                         "[]",
                                         "hello",
                                         "{",
                                         "{}x",
                                         "{\"type\":\"complete\"",
                                         "{\"type\":\"complete\",}",
                                         "{\"type\" \"complete\"}",
                                         "{\"a\":01,\"type\":\"complete\"}",
                                         "{\"a\":1.,\"type\":\"complete\"}",
                                         "{\"a\":+1,\"type\":\"complete\"}",
                                         "{\"a\":\"\\x\",\"type\":\"complete\"}",
                                         "{\"a\":\"\\u12g4\",\"type\":\"complete\"}",
                                         "{\"a\":\"\t\",\"type\":\"complete\"}",
                                         "{\"a\":nul,\"type\":\"complete\"}",
                                         "{\"type\":\"complete\"} {}" };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        expect_refused(lines[i], "no JSON object");
    expect_refused("{}", "no 'type'");
    expect_refused("{\"type\":7}", "no 'type'");
    expect_refused("{\"type\":\"done\"}", "its type 'done' is none of complete, update, progress and print");
    expect_refused("{\"type\":\"complete\\u0000\"}", "is none of");
}

static void a_text_may_not_be_nested_deeper_than_the_stack(void **state)
{
    static char line[100000];

    (void)state;
    memset(line, '[', sizeof line - 1);
    memcpy(line, "{\"a\":", 5);
    expect_refused(line, "no JSON object");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_complete_is_the_object_less_its_type),
        cmocka_unit_test(numbers_and_escapes_stay_as_they_were_written),
        cmocka_unit_test(the_last_of_several_types_holds),
        cmocka_unit_test(an_update_is_its_data),
        cmocka_unit_test(progress_is_two_whole_numbers),
        cmocka_unit_test(a_print_is_the_text_of_its_content),
        cmocka_unit_test(other_ends_of_lines_are_part_of_a_text),
        cmocka_unit_test(what_is_no_utf8_is_replaced),
        cmocka_unit_test(what_is_no_message_is_refused),
        cmocka_unit_test(a_text_may_not_be_nested_deeper_than_the_stack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
