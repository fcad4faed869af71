#include "core/value.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/core/values.h"

static void a_default_is_read_from_its_text(void **state)
{
    static const struct {
        const char *text;
        enum value_kind kind;
    } cases[] = {
        { "", VALUE_NIL },           { "true", VALUE_BOOL },  { "false", VALUE_BOOL }, { "3", VALUE_INT },
        { "-1", VALUE_INT },         { "0.5", VALUE_NUMBER }, { "10s", VALUE_TEXT },   { "{}", VALUE_TABLE },
        { "/dev/null", VALUE_TEXT }, { "1.2.3", VALUE_TEXT }, { "-", VALUE_TEXT },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct value v = value_from_text(cases[i].text);

        assert_int_equal(v.kind, cases[i].kind);
        value_clear(&v);
        assert_int_equal(v.kind, VALUE_NIL);
    }
}

static void fields_are_found_by_their_name(void **state)
{
    struct value v = value_of("{'b':2,'c':3,'a':1}");
    struct value list = value_of("[5,6]");

    (void)state;
    assert_int_equal(value_get(v.table, "a")->integer, 1);
    assert_int_equal(value_get(v.table, "c")->integer, 3);
    assert_null(value_get(v.table, "d"));
    assert_null(value_get(list.table, "a"));
    value_clear(&v);
    value_clear(&list);
}

static void a_table_without_names_is_a_list_and_so_is_a_single_value(void **state)
{
    struct value list = value_of("['a','b']"), one = value_of("'c'"), named = value_of("{'a':1}");
    size_t count;

    (void)state;
    assert_true(value_is_list(&list, &count));
    assert_int_equal(count, 2);
    assert_string_equal(value_item(&list, 1)->text, "b");
    assert_true(value_is_list(&one, &count));
    assert_int_equal(count, 1);
    assert_string_equal(value_item(&one, 0)->text, "c");
    assert_false(value_is_list(&named, &count));
    value_clear(&list);
    value_clear(&one);
    value_clear(&named);
}

static void whole_numbers_are_recognised(void **state)
{
    const struct value no[] = { { .kind = VALUE_NUMBER, .number = 3.5 },
                                { .kind = VALUE_NUMBER, .number = INFINITY },
                                { .kind = VALUE_NUMBER, .number = NAN },
                                { .kind = VALUE_NUMBER, .number = 1e300 },
                                { .kind = VALUE_BOOL, .yes = true } };
    const struct value three = { .kind = VALUE_NUMBER, .number = 3 };
    int64_t n;

    (void)state;
    assert_true(value_to_integer(&three, &n));
    assert_int_equal(n, 3);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(value_to_integer(&no[i], &n));
}

static void a_long_text_is_shown_by_its_beginning(void **state)
{
    struct value v = value_of("'0123456789012345678901234567890123456789x'");
    struct value f = value_of("{'function':'a.lua:3'}");

    (void)state;
    assert_string_equal(value_shown(&v), "\"0123456789012345678901234567890123456...\"");
    assert_string_equal(value_shown(&f), "a function");
    value_clear(&v);
    value_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_default_is_read_from_its_text),
        cmocka_unit_test(fields_are_found_by_their_name),
        cmocka_unit_test(a_table_without_names_is_a_list_and_so_is_a_single_value),
        cmocka_unit_test(whole_numbers_are_recognised),
        cmocka_unit_test(a_long_text_is_shown_by_its_beginning),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
