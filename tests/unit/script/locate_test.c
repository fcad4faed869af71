#include "script/locate.h"
#include "unit/script/helper.h"

#include <time.h>

static int locate(const char *text, int line, const char *name, const char *path)
{
    struct lexer x;

    lexer_init(&x, text, strlen(text));
    return locate_setting(&x, line, name != NULL ? "program" : "supervisor", name, path);
}

static void a_setting_is_found_on_its_line(void **state)
{
    const char *text = "\nprogram \"web\" {\n  cmd = \"x\",\n  numprocs = 2;\n  [\"env\"] = {},\n}\n";

    (void)state;
    assert_int_equal(locate(text, 2, "web", "cmd"), 3);
    assert_int_equal(locate(text, 2, "web", "numprocs"), 4);
    assert_int_equal(locate(text, 2, "web", "env"), 5);
    assert_int_equal(locate(text, 2, "web", "umask"), 0);
}

static void nested_tables_and_functions_do_not_count(void **state)
{
    const char *text = "program \"web\" {\n"
                       "  env = { cmd = 1 },\n"
                       "  on_exit = function(p) if p then local x; cmd = 2 end; repeat cmd = 3 until true end,\n"
                       "  x = f(g{ cmd = 4 }, a == b),\n"
                       "  cmd = 5 }";

    (void)state;
    assert_int_equal(locate(text, 1, "web", "cmd"), 5);
}

static void strings_and_comments_do_not_count(void **state)
{
    const char *text = "local s = [==[\nprogram \"web\" {\n]] cmd = 1, }\n]==] -- {\n--[[ {\n{ ]] --\n"
                       "program \"web\" {\n  a = \"} cmd = \\\" cmd =\", -- cmd = 2 }\n  b = '\\'{', cmd\n  = 3 }";

    (void)state;
    assert_int_equal(locate(text, 7, "web", "cmd"), 9);
}

static void a_path_goes_into_tables_as_far_as_they_are_written(void **state)
{
    const char *text = "supervisor {\n  defaults = {\n    env = {\n      A = 1,\n    },\n  },\n}";

    (void)state;
    assert_int_equal(locate(text, 1, NULL, "defaults.env.A"), 4);
    assert_int_equal(locate(text, 1, NULL, "defaults.env.B"), 3);
    assert_int_equal(locate(text, 1, NULL, "defaults.umask"), 2);
}

static void two_on_one_line_are_told_apart(void **state)
{
    const char *text = "program \"a\" { x = 1 } program \"b\" {\n x = 2 }";

    (void)state;
    assert_int_equal(locate(text, 1, "a", "x"), 1);
    assert_int_equal(locate(text, 1, "b", "x"), 2);
}

static void a_computed_name_is_no_obstacle(void **state)
{
    const char *text = "for i = 1, 3 do program(\"w\" .. tostring(i)) {\n  x = 1,\n} end";

    (void)state;
    assert_int_equal(locate(text, 1, "w2", "x"), 2);
}

static void a_table_from_elsewhere_is_not_looked_for_in_the_next_statement(void **state)
{
    const char *text = "program \"a\" (base)\nprogram \"b\" {\n x = 1 }";

    (void)state;
    assert_int_equal(locate(text, 1, "a", "x"), 0);
    assert_int_equal(locate("program \"a\" (", 1, "a", "x"), 0);
    assert_int_equal(locate("program \"a\" { [[", 1, "a", "x"), 0);
    assert_int_equal(locate("", 1, "a", "x"), 0);
}

static void lines_are_found_in_any_order(void **state)
{
    const char *text = "program \"a\" {\n x = 1 }\n\nprogram \"b\" {\n x = 2,\n y = 3 }\n";
    struct lexer x;

    (void)state;
    lexer_init(&x, text, strlen(text));
    assert_int_equal(locate_setting(&x, 4, "program", "b", "y"), 6);
    assert_int_equal(locate_setting(&x, 4, "program", "b", "x"), 5);
    assert_int_equal(locate_setting(&x, 1, "program", "a", "x"), 2);
    assert_int_equal(locate_setting(&x, 3, "program", "b", "x"), 0);
    assert_int_equal(locate_setting(&x, 4, "program", "b", "x"), 5);
    assert_int_equal(locate_setting(&x, 9, "program", "b", "x"), 0);
    assert_int_equal(locate_setting(&x, 1, "program", "a", "x"), 2);
}

static void those_of_many_declarations_are_found_in_no_time(void **state)
{
    enum { MANY = 8000 };
    struct buffer text = { 0 };
    clock_t before = clock();
    struct lexer x;

    (void)state;
    for (int i = 0; i < MANY; i++)
        buffer_addf(&text, "program \"p%d\" {\n  cmd = \"sleep 1000\",\n  requires = { \"p0\" },\n}\n", i);
    lexer_init(&x, text.data, text.length);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(locate_setting(&x, 4 * i + 1, "program", NULL, "requires"), 4 * i + 3);
    assert_true(clock() - before < 2 * CLOCKS_PER_SEC);
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_setting_is_found_on_its_line),
        cmocka_unit_test(nested_tables_and_functions_do_not_count),
        cmocka_unit_test(strings_and_comments_do_not_count),
        cmocka_unit_test(a_path_goes_into_tables_as_far_as_they_are_written),
        cmocka_unit_test(two_on_one_line_are_told_apart),
        cmocka_unit_test(a_computed_name_is_no_obstacle),
        cmocka_unit_test(a_table_from_elsewhere_is_not_looked_for_in_the_next_statement),
        cmocka_unit_test(lines_are_found_in_any_order),
        cmocka_unit_test(those_of_many_declarations_are_found_in_no_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
