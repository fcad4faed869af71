#include "core/lives.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct lives lives;

static int forget(void **state)
{
    (void)state;
    lives_free(&lives);
    return 0;
}

static void the_third_within_a_minute_makes_it_quiet(void **state)
{
    (void)state;
    lives_count(&lives, 1000, 3);
    lives_count(&lives, 2000, 3);
    assert_false(lives.quiet);
    lives_count(&lives, 60999, 3);
    assert_true(lives.quiet);
}

static void those_of_more_than_a_minute_ago_do_not_count(void **state)
{
    (void)state;
    lives_count(&lives, 1000, 3);
    lives_count(&lives, 2000, 3);
    lives_count(&lives, 61000, 3);
    assert_false(lives.quiet);
    assert_int_equal(lives.count, 2);
}

static void three_more_are_the_end(void **state)
{
    (void)state;
    for (msec now = 1; now <= 5; now++)
        lives_count(&lives, now, 3);
    assert_false(lives_are_over(&lives, 3));
    lives_count(&lives, 6, 3);
    assert_true(lives_are_over(&lives, 3));
}

static void the_next_life_knows_of_them(void **state)
{
    struct buffer packed = { 0 };
    struct unpack u;
    struct lives next = { 0 };

    (void)state;
    for (msec now = 1; now <= 4; now++)
        lives_count(&lives, now, 3);
    lives_pack(&lives, &packed);
    assert_true(unpack_begin(&u, packed.data, packed.length));
    lives_unpack(&next, &u);
    assert_int_equal(next.count, 4);
    assert_int_equal(next.ended[3], 4);
    assert_true(next.quiet);
    lives_free(&next);
    buffer_free(&packed);
}

static void never_more_are_kept_than_anybody_needs(void **state)
{
    (void)state;
    for (int i = 0; i < 3 * LIVES_MOST; i++)
        lives_count(&lives, 1000, 1 << 30);
    assert_int_equal(lives.count, LIVES_MOST);
    assert_false(lives.quiet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_third_within_a_minute_makes_it_quiet, forget),
        cmocka_unit_test_teardown(those_of_more_than_a_minute_ago_do_not_count, forget),
        cmocka_unit_test_teardown(three_more_are_the_end, forget),
        cmocka_unit_test_teardown(the_next_life_knows_of_them, forget),
        cmocka_unit_test_teardown(never_more_are_kept_than_anybody_needs, forget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
