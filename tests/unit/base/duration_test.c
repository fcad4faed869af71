#include "base/duration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

static msec parsed(const char *text)
{
    struct error e = { "" };
    msec out = -1;

    if (!duration_parse(text, &out, &e))
        print_message("%s\n", e.text);
    return out;
}

static void refuses(const char *text, const char *why)
{
    struct error e = { "" };
    msec out = 42;

    assert_false(duration_parse(text, &out, &e));
    assert_non_null(strstr(e.text, why));
    assert_int_equal(out, 42);
}

static void units_are_understood(void **state)
{
    (void)state;
    assert_int_equal(parsed("500ms"), 500);
    assert_int_equal(parsed("10s"), 10000);
    assert_int_equal(parsed("5m"), 300000);
    assert_int_equal(parsed("2h"), 7200000);
    assert_int_equal(parsed("1d"), 86400000);
    assert_int_equal(parsed("1.5h"), 5400000);
}

static void a_bare_number_is_seconds(void **state)
{
    (void)state;
    assert_int_equal(parsed("0"), 0);
    assert_int_equal(parsed("60"), 60000);
    assert_int_equal(parsed("0.5"), 500);
    assert_int_equal(parsed("0.1"), 100);
    assert_int_equal(parsed("007"), 7000);
}

static void units_may_be_put_together(void **state)
{
    (void)state;
    assert_int_equal(parsed("1h30m"), 5400000);
    assert_int_equal(parsed("1d2h3m4s5ms"), 93784005);
    refuses("30m1h", "is not a time");
    refuses("1m1m", "is not a time");
    refuses("1h30", "is not a time");
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const odd[] = { "",   " ",   "s",   ".5",  "5.",   "1..2", "1.2.3", "1 s",
                                       " 1", "1s ", "inf", "nan", "0x10", "1e3",  "1,5",   "5M",
                                       "5S", "5w",  "ms",  "--1", "+1",   "1s-1", "10sec" };

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        refuses(odd[i], "is not a time: write");
}

static void bounds_are_named(void **state)
{
    (void)state;
    refuses("-5s", "'-5s' is negative");
    refuses("-1", "negative");
    refuses("4000d", "at most ten years");
    refuses("99999999999999999999999999", "at most ten years");
    assert_int_equal(parsed("3653d"), 315619200000);
}

static void a_little_is_not_nothing(void **state)
{
    msec out;

    (void)state;
    assert_int_equal(parsed("0.1ms"), 1);
    assert_int_equal(parsed("0.0001"), 1);
    assert_true(duration_from_seconds(1e-9, &out, NULL));
    assert_int_equal(out, 1);
}

static void numbers_of_seconds_are_checked(void **state)
{
    struct error e;
    msec out = 0;

    (void)state;
    assert_true(duration_from_seconds(0, &out, &e));
    assert_int_equal(out, 0);
    assert_true(duration_from_seconds(0.25, &out, &e));
    assert_int_equal(out, 250);
    assert_false(duration_from_seconds(-1, &out, &e));
    assert_string_equal(e.text, "-1 is negative: a time is 0 or more seconds");
    assert_false(duration_from_seconds(INFINITY, &out, &e));
    assert_non_null(strstr(e.text, "at most ten years"));
    assert_false(duration_from_seconds(NAN, &out, &e));
    assert_int_equal(out, 250);
}

static void reads(void (*format)(struct buffer *, msec), msec time, const char *expected)
{
    struct buffer b = { 0 };

    format(&b, time);
    assert_string_equal(b.data, expected);
    buffer_free(&b);
}

static void durations_are_short(void **state)
{
    (void)state;
    reads(duration_format, 0, "0s");
    reads(duration_format, -5, "0s");
    reads(duration_format, 250, "250ms");
    reads(duration_format, 999, "999ms");
    reads(duration_format, 2000, "2s");
    reads(duration_format, 2099, "2s");
    reads(duration_format, 1500, "1.5s");
    reads(duration_format, 59999, "59.9s");
    reads(duration_format, 60000, "1m");
    reads(duration_format, 200000, "3m20s");
    reads(duration_format, 7200000, "2h");
    reads(duration_format, 7500000, "2h5m");
    reads(duration_format, 7259000, "2h");
    reads(duration_format, 273600000, "3d4h");
    reads(duration_format, 86400000, "1d");
}

static void uptimes_are_supervisorctls(void **state)
{
    (void)state;
    reads(uptime_format, 0, "0:00:00");
    reads(uptime_format, -1, "0:00:00");
    reads(uptime_format, 5999, "0:00:05");
    reads(uptime_format, 82992000, "23:03:12");
    reads(uptime_format, 86400000 + 7392000, "1 day, 2:03:12");
    reads(uptime_format, 3LL * 86400000 + 7392000, "3 days, 2:03:12");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_are_understood),
        cmocka_unit_test(a_bare_number_is_seconds),
        cmocka_unit_test(units_may_be_put_together),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(bounds_are_named),
        cmocka_unit_test(a_little_is_not_nothing),
        cmocka_unit_test(numbers_of_seconds_are_checked),
        cmocka_unit_test(durations_are_short),
        cmocka_unit_test(uptimes_are_supervisorctls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
