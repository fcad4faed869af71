#include "convert/ini_reader.h"

#include "conversions.h"

static struct source source;
static struct ini ini;
static struct problems problems;

static int end(void **state)
{
    (void)state;
    ini_free(&ini);
    source_free(&source);
    source = (struct source){ 0 };
    problems_free(&problems);
    return 0;
}

static void read_ini(const char *text)
{
    end(NULL);
    source = (struct source){ .path = xstrdup("f.ini") };
    buffer_add_text(&source.text, text);
    ini_read(&ini, &source, &problems);
}

static void must_refuse(const char *text, int line, const char *words)
{
    read_ini(text);
    assert_true(problems.count > 0);
    assert_int_equal(problems.item[0].line, line);
    if (strstr(problems.item[0].text, words) == NULL)
        fail_msg("expected '%s', got '%s'", words, problems.item[0].text);
}

static const char *value_of(const char *section, const char *key)
{
    const struct ini_option *option;

    assert_int_equal(problems.count, 0);
    assert_non_null(ini_find(&ini, section));
    option = ini_get(ini_find(&ini, section), key);
    return option != NULL ? option->value : NULL;
}

static void keys_have_values(void **state)
{
    (void)state;
    read_ini("[a]\nOne = 1\r\ntwo: 2  \n[b]\nx=a=b:c\nempty=\n");
    assert_string_equal(value_of("a", "one"), "1");
    assert_string_equal(value_of("a", "two"), "2");
    assert_string_equal(value_of("b", "x"), "a=b:c");
    assert_string_equal(value_of("b", "empty"), "");
    assert_null(value_of("a", "x"));
    assert_int_equal(ini_get(ini_find(&ini, "a"), "two")->place.line, 3);
}

static void comments_begin_a_line_or_follow_a_blank(void **state)
{
    (void)state;
    read_ini("; one\n# two\n[a] ; three\nx = a;b#c ; four\ny = d # five\n  ; six\nz = e\n");
    assert_string_equal(value_of("a", "x"), "a;b#c");
    assert_string_equal(value_of("a", "y"), "d");
    assert_string_equal(value_of("a", "z"), "e");
}

static void indented_lines_go_on(void **state)
{
    (void)state;
    read_ini("[a]\nenv = A=1,\n   B=2,\n; a comment\n\tC=3\n\n  D=4\n\nx = y\n");
    assert_string_equal(value_of("a", "env"), "A=1,\nB=2,\nC=3\n\nD=4");
    assert_string_equal(value_of("a", "x"), "y");
}

static void keys_may_be_indented_together(void **state)
{
    (void)state;
    read_ini("  [a]\n  x = 1\n  y = 2\n");
    assert_string_equal(value_of("a", "x"), "1");
    assert_string_equal(value_of("a", "y"), "2");
}

static void the_same_key_twice_is_refused(void **state)
{
    (void)state;
    must_refuse("[a]\nx=1\ny=2\nX=3\n", 4, "[a]: 'x' is here twice (also on line 2)");
}

static void the_same_program_twice_is_refused(void **state)
{
    (void)state;
    must_refuse("[program:a]\nx=1\n[program:a]\ny=2\n", 3, "[program:a] is here twice (also f.ini:1)");
}

static void other_sections_go_on(void **state)
{
    (void)state;
    read_ini("[supervisord]\nx=1\n[b]\n[supervisord]\ny=2\n");
    assert_string_equal(value_of("supervisord", "x"), "1");
    assert_string_equal(value_of("supervisord", "y"), "2");
}

static void a_later_file_wins(void **state)
{
    struct source later = { .path = xstrdup("g.ini") };

    (void)state;
    read_ini("[supervisord]\nx=1\n");
    buffer_add_text(&later.text, "[supervisord]\nx=2\n");
    ini_read(&ini, &later, &problems);
    assert_string_equal(value_of("supervisord", "x"), "2");
    assert_string_equal(ini_get(ini_find(&ini, "supervisord"), "x")->place.file, "g.ini");
    source_free(&later);
}

static void lines_that_are_no_ini_are_refused(void **state)
{
    (void)state;
    must_refuse("x = 1\n", 1, "expected a [section] before 'x = 1'");
    must_refuse("[a]\nno value\n", 2, "expected key = value, got 'no value'");
    must_refuse("[a]\n= 1\n", 2, "expected key = value");
    must_refuse("[]\n", 1, "expected a [section]");
}

static void every_bad_line_is_told(void **state)
{
    (void)state;
    read_ini("[a]\none\ntwo\nx=1\nthree\n");
    assert_int_equal(problems.count, 3);
}

static void a_section_has_at_most_a_thousand_keys(void **state)
{
    struct buffer text = { 0 };

    (void)state;
    buffer_add_text(&text, "[a]\n");
    for (int i = 0; i <= INI_MAX_OPTIONS; i++)
        buffer_addf(&text, "k%d=1\n", i);
    must_refuse(text.data, INI_MAX_OPTIONS + 2, "more than 1000 keys");
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(keys_have_values, end),
        cmocka_unit_test_teardown(comments_begin_a_line_or_follow_a_blank, end),
        cmocka_unit_test_teardown(indented_lines_go_on, end),
        cmocka_unit_test_teardown(keys_may_be_indented_together, end),
        cmocka_unit_test_teardown(the_same_key_twice_is_refused, end),
        cmocka_unit_test_teardown(the_same_program_twice_is_refused, end),
        cmocka_unit_test_teardown(other_sections_go_on, end),
        cmocka_unit_test_teardown(a_later_file_wins, end),
        cmocka_unit_test_teardown(lines_that_are_no_ini_are_refused, end),
        cmocka_unit_test_teardown(every_bad_line_is_told, end),
        cmocka_unit_test_teardown(a_section_has_at_most_a_thousand_keys, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
