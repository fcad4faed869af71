#include "core/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void the_newest_comes_first(void **state)
{
    struct history *h = NULL;

    (void)state;
    assert_null(history_end(h, 0));
    history_add(&h)->code = 1;
    history_add(&h)->code = 2;
    assert_int_equal(history_end(h, 0)->code, 2);
    assert_int_equal(history_end(h, 1)->code, 1);
    assert_null(history_end(h, 2));
    history_free(h);
}

static void the_oldest_is_forgotten(void **state)
{
    struct history *h = NULL;

    (void)state;
    for (int i = 1; i <= HISTORY_KEPT + 3; i++)
        history_add(&h)->code = i;
    assert_int_equal(history_end(h, 0)->code, HISTORY_KEPT + 3);
    assert_int_equal(history_end(h, HISTORY_KEPT - 1)->code, 4);
    assert_null(history_end(h, HISTORY_KEPT));
    history_free(h);
}

static void a_new_entry_is_empty(void **state)
{
    struct history *h = NULL;

    (void)state;
    for (int i = 0; i <= HISTORY_KEPT; i++) {
        struct process_exit *exit = history_add(&h);

        assert_int_equal(exit->code, 0);
        assert_string_equal(exit->reason, "");
        exit->code = 9;
        exit->reason[0] = 'x';
    }
    history_free(h);
}

static void a_new_end_forgets_that_it_was_given_up(void **state)
{
    struct history *h = NULL;

    (void)state;
    assert_null(history_given_up(h));
    for (int i = 0; i <= HISTORY_KEPT; i++) {
        history_add(&h);
        assert_null(history_given_up(h));
        history_give_up(h, "first");
        history_give_up(h, "4 failed starts");
        assert_string_equal(history_given_up(h), "4 failed starts");
    }
    history_free(h);
}

static void it_goes_into_the_next_life_as_it_is(void **state)
{
    static const struct process_exit first = {
        .code = 3, .expected = true, .uptime = 1234, .attempt = 1, .at = 1700000000000
    };
    static const struct process_exit second = { .code = -1,
                                                .signal = 9,
                                                .core = true,
                                                .oom = true,
                                                .unknown = true,
                                                .stopped = true,
                                                .failed_start = true,
                                                .reason = "killed by SIGKILL",
                                                .attempt = 7,
                                                .restarts = 70000,
                                                .at = 1800000000000 };
    struct history *h = NULL, *next = NULL;
    struct buffer packed = { 0 };

    (void)state;
    *history_add(&h) = first;
    *history_add(&h) = second;
    history_give_up(h, "more than 3 restarts in 1m");
    history_pack(h, &packed);
    history_unpack(&next, packed.data, packed.length);
    assert_memory_equal(history_end(next, 0), &second, sizeof second);
    assert_memory_equal(history_end(next, 1), &first, sizeof first);
    assert_null(history_end(next, 2));
    assert_string_equal(history_given_up(next), "more than 3 restarts in 1m");
    buffer_free(&packed);
    history_free(h);
    history_free(next);
}

/* What was packed once is not packed again. */
static void each_time_it_is_packed_as_it_is(void **state)
{
    struct history *h = NULL;

    (void)state;
    for (int i = 1; i <= 3 * HISTORY_KEPT; i++) {
        struct buffer packed = { 0 }, again = { 0 };
        struct history *next = NULL;

        *history_add(&h) = (struct process_exit){ .code = i, .uptime = i % 3 == 0 ? 1 << i : 0 };
        if (i % 5 == 0)
            continue;
        history_end(h, 0)->attempt = i;
        history_pack(h, &packed);
        history_unpack(&next, packed.data, packed.length);
        for (size_t back = 0; back < HISTORY_KEPT; back++) {
            assert_int_equal(history_end(next, back) == NULL, history_end(h, back) == NULL);
            if (history_end(h, back) != NULL)
                assert_memory_equal(history_end(next, back), history_end(h, back), sizeof(struct process_exit));
        }
        history_pack(next, &again);
        assert_int_equal(again.length, packed.length);
        assert_memory_equal(again.data, packed.data, packed.length);
        history_free(next);
        buffer_free(&packed);
        buffer_free(&again);
    }
    history_free(h);
}

static void an_end_that_somebody_holds_outlives_it(void **state)
{
    struct history *h = NULL;
    struct process_exit *first = history_add(&h);

    (void)state;
    first->code = 7;
    end_hold(first);
    for (int i = 0; i < HISTORY_KEPT; i++)
        history_add(&h);
    history_free(h);
    assert_int_equal(first->code, 7);
    end_release(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_comes_first),
        cmocka_unit_test(the_oldest_is_forgotten),
        cmocka_unit_test(a_new_entry_is_empty),
        cmocka_unit_test(a_new_end_forgets_that_it_was_given_up),
        cmocka_unit_test(it_goes_into_the_next_life_as_it_is),
        cmocka_unit_test(each_time_it_is_packed_as_it_is),
        cmocka_unit_test(an_end_that_somebody_holds_outlives_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
