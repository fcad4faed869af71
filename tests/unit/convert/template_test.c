#include "convert/template.h"

#include "conversions.h"

static const struct scope scope = {
    .here = "/etc", .host = "box", .program_name = "web", .group_name = "all", .numprocs = 12, .process_num = true
};

static void assert_expands(const char *text, long long number, const char *expected)
{
    struct error e;
    char *template = template_expand(text, &scope, &e), *filled;

    if (template == NULL)
        fail_msg("%s: %s", text, e.text);
    filled = template_fill(template, number);
    assert_string_equal(filled, expected);
    free(filled);
    free(template);
}

static void assert_fails(const char *text, const char *words)
{
    struct error e;
    char *template = template_expand(text, &scope, &e);

    assert_null(template);
    if (strstr(e.text, words) == NULL)
        fail_msg("expected '%s', got '%s'", words, e.text);
}

static void names_are_filled_in(void **state)
{
    (void)state;
    setenv("TEMPLATE_TEST", "50%", 1);
    assert_expands("%(here)s/%(host_node_name)s %(program_name)s:%(group_name)s", 0, "/etc/box web:all");
    assert_expands("%(numprocs)d %(numprocs)s %(numprocs)03d", 0, "12 12 012");
    assert_expands("%(ENV_TEMPLATE_TEST)s done", 0, "50% done");
    assert_expands("%(program_name)6s|%(program_name)-6s|%(program_name).2s", 0, "   web|web   |we");
    assert_expands("plain, 100%%", 0, "plain, 100%");
}

static void numbers_are_formatted_as_python_does(void **state)
{
    (void)state;
    assert_expands("%(process_num)02d", 7, "07");
    assert_expands("%(process_num)s", 7, "7");
    assert_expands("%(process_num)3d|%(process_num)-3d|", 7, "  7|7  |");
    assert_expands("%(process_num)02s", 7, " 7");
    assert_expands("%(process_num)x %(process_num)X %(process_num)o", 255, "ff FF 377");
    assert_expands("%(process_num)02d", 123, "123");
}

static void the_number_becomes_lua(void **state)
{
    struct buffer code = { 0 };
    struct error e;
    char *template = template_expand("100%% \"%(process_num)02d\" %(process_num)s", &scope, &e);

    (void)state;
    assert_true(template_is_open(template));
    template_code(&code, template);
    assert_string_equal(code.data, "('100%% \"%02d\" %d'):format(p.index, p.index)");
    buffer_clear(&code);
    template_code(&code, "plain 100%");
    assert_string_equal(code.data, "\"plain 100%\"");
    buffer_free(&code);
    free(template);
}

static void what_cannot_be_filled_in_fails(void **state)
{
    (void)state;
    assert_fails("%(ENV_TEMPLATE_NOT_SET)s", "the variable TEMPLATE_NOT_SET is not set");
    assert_fails("%(nope)s", "%(nope)s cannot be filled in here");
    assert_fails("100%", "a single % is written %%");
    assert_fails("%h", "a single % is written %%");
    assert_fails("%(here", "a single % is written %%");
    assert_fails("%(here)", "is not followed by a format");
    assert_fails("%(here)d", "this is text");
    assert_fails("%(process_num)f", "wants a format");
    assert_fails("%(process_num)999d", "is not followed by a format");
}

static void a_programs_variables_hide_the_others(void **state)
{
    struct place nowhere = { 0 };
    struct expr *env = expr_table(), *outer = expr_table();
    struct scope inner = scope;
    struct error e;
    char *text;

    (void)state;
    setenv("TEMPLATE_TEST", "environment", 1);
    expr_set(outer, "TEMPLATE_TEST", expr_text("supervisord"), nowhere);
    inner.outer_env = outer;
    text = template_expand("%(ENV_TEMPLATE_TEST)s", &inner, &e);
    assert_string_equal(text, "supervisord");
    free(text);
    expr_set(env, "TEMPLATE_TEST", expr_text("program"), nowhere);
    inner.env = env;
    text = template_expand("%(ENV_TEMPLATE_TEST)s", &inner, &e);
    assert_string_equal(text, "program");
    free(text);
    expr_free(env);
    expr_free(outer);
}

static void a_number_in_a_variable_is_neither_cut_nor_one_for_all(void **state)
{
    struct expr *env = expr_table();
    struct scope inner = scope;
    struct error e;
    char *number = template_expand("%(process_num)02d", &scope, &e), *text, *filled;

    (void)state;
    expr_set(env, "N", expr_text(number), (struct place){ 0 });
    inner.env = env;
    text = template_expand("n%(ENV_N)s", &inner, &e);
    filled = template_fill(text, 7);
    assert_string_equal(filled, "n07");
    assert_null(template_expand("%(ENV_N).2s", &inner, &e));
    assert_non_null(strstr(e.text, "differs between the processes"));
    assert_null(template_expand("%(ENV_N)9s", &inner, &e));
    inner.process_num = false;
    assert_null(template_expand("%(ENV_N)s", &inner, &e));
    assert_non_null(strstr(e.text, "differs between the processes"));
    expr_free(env);
    free(filled);
    free(text);
    free(number);
}

static void a_folder_is_never_taken_for_a_number(void **state)
{
    struct scope odd = scope;
    struct error e;

    (void)state;
    odd.here = "/\x01";
    assert_null(template_expand("%(here)s", &odd, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_filled_in),
        cmocka_unit_test(numbers_are_formatted_as_python_does),
        cmocka_unit_test(the_number_becomes_lua),
        cmocka_unit_test(what_cannot_be_filled_in_fails),
        cmocka_unit_test(a_programs_variables_hide_the_others),
        cmocka_unit_test(a_number_in_a_variable_is_neither_cut_nor_one_for_all),
        cmocka_unit_test(a_folder_is_never_taken_for_a_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
