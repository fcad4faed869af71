#include "os/nap.h"

#include "turn.h"

enum { MANY = 200 };

static struct naps *naps;
static struct nap sleeper[MANY];
static int woken;
static msec first, last;

static int open_naps(void **state)
{
    open_loop(state);
    naps = naps_join(loop);
    woken = 0;
    first = last = 0;
    return 0;
}

static int close_naps(void **state)
{
    naps_leave(naps);
    return close_loop(state);
}

static void wake(void *arg)
{
    (void)arg;
    last = clock_now();
    if (woken++ == 0)
        first = last;
}

static bool all_woke(void)
{
    return woken == MANY;
}

static bool one_woke(void)
{
    return woken == 1;
}

static bool two_woke(void)
{
    return woken == 2;
}

static void everybody_wakes_once(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < MANY; i++)
        nap_start(naps, &sleeper[i], 1 + i % NAP_LONGEST, wake, NULL);
    turn_until(all_woke);
    for (i = 0; i < MANY; i++)
        assert_null(sleeper[i].bed);
}

/* Half of them fall asleep while others sleep already. */
static void naps_of_one_length_end_together(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < MANY; i++)
        nap_start(naps, &sleeper[i], NAP_LONGEST, wake, NULL);
    for (i = 1; i < MANY; i++)
        assert_true(sleeper[i].due - sleeper[0].due <= 50 && sleeper[i].due % 50 == 0);
    turn_until(all_woke);
}

static void a_nap_ends_neither_at_once_nor_too_late(void **state)
{
    msec length;

    (void)state;
    for (length = 1; length <= NAP_LONGEST; length++) {
        msec before = clock_now();

        nap_start(naps, &sleeper[0], length, wake, NULL);
        assert_true(sleeper[0].due > before);
        assert_true(sleeper[0].due <= clock_now() + length);
        nap_stop(&sleeper[0]);
    }
}

static void a_short_nap_does_not_wait_for_a_long_one(void **state)
{
    (void)state;
    nap_start(naps, &sleeper[0], 50, wake, NULL);
    nap_start(naps, &sleeper[1], 1, wake, NULL);
    turn_until(two_woke);
    assert_true(first <= last);
}

static void who_is_woken_by_hand_is_not_called(void **state)
{
    (void)state;
    nap_start(naps, &sleeper[0], 2, wake, NULL);
    nap_start(naps, &sleeper[1], 2, wake, NULL);
    nap_stop(&sleeper[0]);
    nap_stop(&sleeper[0]);
    turn_until(one_woke);
}

static void wake_neighbour(void *arg)
{
    wake(NULL);
    nap_stop(arg);
}

static void neighbours_may_be_woken_in_a_call(void **state)
{
    struct nap *a = &sleeper[0], *b = &sleeper[1];

    (void)state;
    do {
        nap_stop(a);
        nap_stop(b);
        nap_start(naps, a, 2, wake_neighbour, b);
        nap_start(naps, b, 2, wake_neighbour, a);
    } while (a->due != b->due);
    turn_until(one_woke);
    assert_null(a->bed);
    assert_null(b->bed);
}

static void sleep_again(void *arg)
{
    if (++woken < MANY)
        nap_start(naps, arg, 1, sleep_again, arg);
}

static void who_woke_may_sleep_again(void **state)
{
    (void)state;
    nap_start(naps, &sleeper[0], 1, sleep_again, &sleeper[0]);
    turn_until(all_woke);
}

static void each_loop_has_its_own(void **state)
{
    struct loop *other = loop_new();
    struct naps *theirs = naps_join(other);

    (void)state;
    assert_ptr_not_equal(theirs, naps);
    assert_ptr_equal(naps_join(loop), naps);
    naps_leave(naps);
    naps_leave(theirs);
    loop_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everybody_wakes_once, open_naps, close_naps),
        cmocka_unit_test_setup_teardown(naps_of_one_length_end_together, open_naps, close_naps),
        cmocka_unit_test_setup_teardown(a_nap_ends_neither_at_once_nor_too_late, open_naps, close_naps),
        cmocka_unit_test_setup_teardown(a_short_nap_does_not_wait_for_a_long_one, open_naps, close_naps),
        cmocka_unit_test_setup_teardown(who_is_woken_by_hand_is_not_called, open_naps, close_naps),
        cmocka_unit_test_setup_teardown(neighbours_may_be_woken_in_a_call, open_naps, close_naps),
        cmocka_unit_test_setup_teardown(who_woke_may_sleep_again, open_naps, close_naps),
        cmocka_unit_test_setup_teardown(each_loop_has_its_own, open_naps, close_naps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
