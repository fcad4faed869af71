#include "os/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

static void time_goes_on(void **state)
{
    msec before = clock_now();

    (void)state;
    while (clock_now() == before)
        ;
    assert_true(clock_now() > before);
    assert_true(clock_now() - before < 10000);
}

static void what_is_left_is_never_less_than_nothing(void **state)
{
    (void)state;
    assert_in_range(clock_left(clock_now() + 100000), 90000, 100000);
    assert_int_equal(clock_left(clock_now() - 100000), 0);
    assert_int_equal(clock_left(0), 0);
}

static void the_wall_clock_counts_milliseconds_since_1970(void **state)
{
    (void)state;
    assert_in_range(clock_wall() / 1000, (uintmax_t)time(NULL) - 1, (uintmax_t)time(NULL) + 1);
}

static void random_numbers_fill_the_range(void **state)
{
    double n, least = 1, most = 0, sum = 0;

    (void)state;
    for (int i = 0; i < 10000; i++) {
        n = clock_random();
        assert_true(n >= 0 && n < 1);
        least = n < least ? n : least;
        most = n > most ? n : most;
        sum += n;
    }
    assert_true(least < 0.01 && most > 0.99);
    assert_true(sum > 4500 && sum < 5500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_goes_on),
        cmocka_unit_test(what_is_left_is_never_less_than_nothing),
        cmocka_unit_test(the_wall_clock_counts_milliseconds_since_1970),
        cmocka_unit_test(random_numbers_fill_the_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
