#include "base/units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <string.h>

static int64_t size_of(const char *text)
{
    struct error e = { "" };
    int64_t out = -1;

    size_parse(text, &out, &e);
    return out;
}

static void sizes_are_powers_of_1024(void **state)
{
    (void)state;
    assert_int_equal(size_of("0"), 0);
    assert_int_equal(size_of("512"), 512);
    assert_int_equal(size_of("512B"), 512);
    assert_int_equal(size_of("4K"), 4096);
    assert_int_equal(size_of("64KB"), 65536);
    assert_int_equal(size_of("64kb"), 65536);
    assert_int_equal(size_of("10MB"), 10485760);
    assert_int_equal(size_of("1g"), 1073741824);
    assert_int_equal(size_of("2TB"), 2199023255552);
}

static void odd_sizes_are_refused(void **state)
{
    static const char *const odd[] = { "", "KB", "-1", "1.5MB", "1 KB", "1KBB", "1X", "0x10", "1e3", " 1", "10%" };
    struct error e;
    int64_t out = 42;

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        assert_false(size_parse(odd[i], &out, &e));
        assert_non_null(strstr(e.text, "is not a size: write"));
    }
    assert_int_equal(out, 42);
}

static void sizes_have_an_end(void **state)
{
    struct error e;
    int64_t out;

    (void)state;
    assert_int_equal(size_of("9223372036854775807"), INT64_MAX);
    assert_int_equal(size_of("8388607TB"), INT64_MAX / (1LL << 40) * (1LL << 40));
    assert_false(size_parse("9223372036854775808", &out, &e));
    assert_string_equal(e.text, "'9223372036854775808' is too large for a size");
    assert_false(size_parse("8388608TB", &out, &e));
    assert_false(size_parse("99999999999999999999999999TB", &out, &e));
}

static int signal_of(const char *text)
{
    struct error e = { "" };
    int out = -1;

    signal_parse(text, &out, &e);
    return out;
}

static void signals_have_names_and_numbers(void **state)
{
    (void)state;
    assert_int_equal(signal_of("TERM"), SIGTERM);
    assert_int_equal(signal_of("SIGTERM"), SIGTERM);
    assert_int_equal(signal_of("term"), SIGTERM);
    assert_int_equal(signal_of("sigusr1"), SIGUSR1);
    assert_int_equal(signal_of("15"), SIGTERM);
    assert_int_equal(signal_of("CLD"), SIGCHLD);
    assert_int_equal(signal_of("POLL"), SIGIO);
}

static void real_time_signals_are_counted_from_either_end(void **state)
{
    (void)state;
    assert_int_equal(signal_of("RTMIN"), SIGRTMIN);
    assert_int_equal(signal_of("SIGRTMIN+3"), SIGRTMIN + 3);
    assert_int_equal(signal_of("rtmax-2"), SIGRTMAX - 2);
    assert_int_equal(signal_of("RTMAX"), SIGRTMAX);
    assert_int_equal(signal_of("RTMIN+99"), -1);
    assert_int_equal(signal_of("RTMIN-1"), -1);
    assert_int_equal(signal_of("RTMIN+"), -1);
    assert_int_equal(signal_of("RTMAX+1"), -1);
    assert_int_equal(signal_of("RTMIN+1x"), -1);
}

static void signal_fails(const char *text, const char *why)
{
    struct error e;
    int out;

    assert_false(signal_parse(text, &out, &e));
    assert_string_equal(e.text, why);
}

static void an_unknown_signal_finds_its_neighbour(void **state)
{
    (void)state;
    signal_fails("TREM", "unknown signal 'TREM', did you mean TERM?");
    signal_fails("SIGKIL", "unknown signal 'SIGKIL', did you mean KILL?");
    signal_fails("banana", "unknown signal 'banana': use a name such as TERM or USR1, or a number from 1 to 31");
    signal_fails("", "unknown signal '': use a name such as TERM or USR1, or a number from 1 to 31");
}

static void only_numbers_that_can_be_sent_are_signals(void **state)
{
    (void)state;
    signal_fails("0", "there is no signal 0: use a name such as TERM, or a number from 1 to 31");
    signal_fails("99", "there is no signal 99: use a name such as TERM, or a number from 1 to 31");
    assert_int_equal(signal_of("32"), -1);
    assert_int_equal(signal_of("99999999999999999999"), -1);
    assert_int_equal(signal_of("-9"), -1);
    assert_int_equal(signal_of("9x"), -1);
}

static void signal_names_are_without_sig(void **state)
{
    (void)state;
    assert_string_equal(signal_name(SIGTERM), "TERM");
    assert_string_equal(signal_name(SIGABRT), "ABRT");
    assert_string_equal(signal_name(SIGCHLD), "CHLD");
    assert_string_equal(signal_name(SIGRTMIN), "RTMIN");
    assert_string_equal(signal_name(SIGRTMIN + 1), "RTMIN+1");
    assert_string_equal(signal_name(0), "0");
    assert_string_equal(signal_name(1000), "1000");
    assert_string_equal(signal_name(-3), "-3");
}

static void every_signal_is_read_as_it_is_named(void **state)
{
    (void)state;
    for (int number = 1; number <= SIGRTMAX; number++)
        if (number <= SIGSYS || number >= SIGRTMIN)
            assert_int_equal(signal_of(signal_name(number)), number);
}

static void modes_are_octal(void **state)
{
    unsigned out = 1;

    (void)state;
    assert_true(octal_parse("022", 0777, &out, NULL));
    assert_int_equal(out, 022);
    assert_true(octal_parse("0o22", 0777, &out, NULL));
    assert_int_equal(out, 022);
    assert_true(octal_parse("7777", 07777, &out, NULL));
    assert_int_equal(out, 07777);
    assert_true(octal_parse("0", 0777, &out, NULL));
    assert_int_equal(out, 0);
}

static void odd_modes_are_refused(void **state)
{
    static const char *const odd[] = { "", "089", "0x1f", "-1", "0o", "22 ", "rwx" };
    struct error e;
    unsigned out = 42;

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        assert_false(octal_parse(odd[i], 0777, &out, &e));
        assert_non_null(strstr(e.text, "is not octal"));
    }
    assert_false(octal_parse("1777", 0777, &out, &e));
    assert_string_equal(e.text, "'1777' is more than 0777");
    assert_false(octal_parse("77777777777777777777777", 0777, &out, &e));
    assert_int_equal(out, 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_powers_of_1024),
        cmocka_unit_test(odd_sizes_are_refused),
        cmocka_unit_test(sizes_have_an_end),
        cmocka_unit_test(signals_have_names_and_numbers),
        cmocka_unit_test(real_time_signals_are_counted_from_either_end),
        cmocka_unit_test(an_unknown_signal_finds_its_neighbour),
        cmocka_unit_test(only_numbers_that_can_be_sent_are_signals),
        cmocka_unit_test(signal_names_are_without_sig),
        cmocka_unit_test(every_signal_is_read_as_it_is_named),
        cmocka_unit_test(modes_are_octal),
        cmocka_unit_test(odd_modes_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
