#include "base/cells.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct cells cells;

static int empty(void **state)
{
    (void)state;
    cells_free(&cells);
    return 0;
}

static struct cell only_cell(void)
{
    struct cell found, none;
    size_t position = 0;

    assert_true(cells_next(&cells, &position, &found));
    assert_false(cells_next(&cells, &position, &none));
    return found;
}

static void what_was_added_comes_back_in_order(void **state)
{
    struct cell c;
    size_t position = 0;

    (void)state;
    cells_add_integer(&cells, INT64_MIN);
    cells_add_null(&cells);
    cells_add_number(&cells, 0.1);
    cells_add_text(&cells, "a\0b", 3);
    cells_add_text(&cells, "", 0);
    assert_int_equal(cells.count, 5);
    assert_true(cells_next(&cells, &position, &c));
    assert_int_equal(c.kind, CELL_INTEGER);
    assert_true(c.integer == INT64_MIN);
    assert_true(cells_next(&cells, &position, &c));
    assert_int_equal(c.kind, CELL_NULL);
    assert_true(cells_next(&cells, &position, &c));
    assert_int_equal(c.kind, CELL_NUMBER);
    assert_true(c.number == 0.1);
    assert_true(cells_next(&cells, &position, &c));
    assert_int_equal(c.length, 3);
    assert_memory_equal(c.text, "a\0b", 4);
    assert_true(cells_next(&cells, &position, &c));
    assert_int_equal(c.kind, CELL_TEXT);
    assert_string_equal(c.text, "");
    assert_false(cells_next(&cells, &position, &c));
}

static void the_largest_integer_is_one(void **state)
{
    (void)state;
    cells_add_unsigned(&cells, INT64_MAX);
    assert_int_equal(only_cell().kind, CELL_INTEGER);
    assert_true(only_cell().integer == INT64_MAX);
}

static void what_is_no_integer_any_more_keeps_its_digits(void **state)
{
    (void)state;
    cells_add_unsigned(&cells, UINT64_MAX);
    assert_int_equal(only_cell().kind, CELL_TEXT);
    assert_string_equal(only_cell().text, "18446744073709551615");
}

static void none_are_none(void **state)
{
    struct cell c;
    size_t position = 0;

    (void)state;
    assert_false(cells_next(&cells, &position, &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_was_added_comes_back_in_order, empty),
        cmocka_unit_test_teardown(the_largest_integer_is_one, empty),
        cmocka_unit_test_teardown(what_is_no_integer_any_more_keeps_its_digits, empty),
        cmocka_unit_test_teardown(none_are_none, empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
