#include "os/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { CAPACITY = 64 << 10 };

static struct pace pace;
static msec now;

static int begin(void **state)
{
    (void)state;
    pace = (struct pace){ .capacity = CAPACITY };
    now = 1000000;
    return 0;
}

/* `length` bytes are read `later` than the last ones. */
static msec read_after(msec later, size_t length)
{
    now += later;
    return pace_read(&pace, length, false, now);
}

static void a_calm_writer_is_read_at_once(void **state)
{
    (void)state;
    assert_int_equal(read_after(0, 100), 0);
    assert_int_equal(read_after(51, 100), 0);
    assert_int_equal(read_after(1000, 100), 0);
}

static void rests_grow_slowly(void **state)
{
    const msec expected[] = { 1, 2, 4, 8, 16, 32, 50, 50 };
    size_t i;

    (void)state;
    read_after(0, 100);
    for (i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_int_equal(read_after(10, 100), expected[i]);
}

static void a_late_loop_does_not_end_the_rests(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < 10; i++)
        read_after(10, 100);
    assert_int_equal(read_after(70, 100), 50);
    assert_int_equal(read_after(101, 100), 0);
    assert_int_equal(read_after(10, 100), 1);
}

static void a_rest_leaves_the_pipe_three_quarters_empty(void **state)
{
    int i;

    (void)state;
    read_after(0, 100);
    for (i = 0; i < 10; i++)
        read_after(1, CAPACITY / 4 / 10);
    assert_int_equal(pace.rest, 10);
}

static void a_fast_writer_does_not_wait(void **state)
{
    (void)state;
    read_after(0, 100);
    assert_int_equal(read_after(1, CAPACITY / 4 + 1), 0);
    assert_int_equal(read_after(0, 100), 0);
}

static void a_full_pipe_is_tight(void **state)
{
    (void)state;
    read_after(0, 100);
    read_after(10, 100);
    assert_int_equal(pace_read(&pace, CAPACITY, true, now + 1), 0);
    assert_true(pace.tight);
    pace_widened(&pace, 4 * CAPACITY);
    assert_false(pace.tight);
    assert_int_equal(pace.capacity, 4 * CAPACITY);
}

static void a_pipe_is_tight_when_there_was_no_time_for_long(void **state)
{
    int i;

    (void)state;
    read_after(0, 100);
    for (i = 0; i < 7; i++)
        read_after(1, CAPACITY / 2);
    assert_false(pace.tight);
    read_after(1, CAPACITY / 2);
    assert_true(pace.tight);
    pace_widened(&pace, 16 * CAPACITY);
    assert_int_equal(read_after(1, CAPACITY / 2), 1);
}

static void one_dump_does_not_make_a_pipe_tight(void **state)
{
    int i, k;

    (void)state;
    for (i = 0; i < 5; i++)
        for (k = 0; k < 5; k++)
            read_after(k == 0 ? 1000 : 1, CAPACITY / 2);
    assert_false(pace.tight);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_calm_writer_is_read_at_once, begin),
        cmocka_unit_test_setup(rests_grow_slowly, begin),
        cmocka_unit_test_setup(a_late_loop_does_not_end_the_rests, begin),
        cmocka_unit_test_setup(a_rest_leaves_the_pipe_three_quarters_empty, begin),
        cmocka_unit_test_setup(a_fast_writer_does_not_wait, begin),
        cmocka_unit_test_setup(a_full_pipe_is_tight, begin),
        cmocka_unit_test_setup(a_pipe_is_tight_when_there_was_no_time_for_long, begin),
        cmocka_unit_test_setup(one_dump_does_not_make_a_pipe_tight, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
