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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_comes_first),
        cmocka_unit_test(the_oldest_is_forgotten),
        cmocka_unit_test(a_new_entry_is_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
