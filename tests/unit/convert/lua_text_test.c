#include "convert/lua_text.h"

#include "conversions.h"

static struct draft draft;
static struct problems problems;

static int begin(void **state)
{
    (void)state;
    draft_init(&draft, &problems);
    return 0;
}

static int end(void **state)
{
    (void)state;
    draft_free(&draft);
    forget();
    return 0;
}

static const struct place here = { "dir/conf.yaml", 7 };

static void print(void)
{
    forget();
    lua_text_print(&draft, "dir/conf.yaml", &result);
    evaluate();
}

static void every_byte_comes_back_from_quotes(void **state)
{
    char all[256];
    struct buffer code = { 0 };
    size_t length;
    const char *back;

    (void)state;
    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    lua = luaL_newstate();
    buffer_add_text(&code, "return ");
    lua_text_quote(&code, all, sizeof all);
    assert_int_equal(luaL_dostring(lua, code.data), 0);
    back = lua_tolstring(lua, -1, &length);
    assert_int_equal(length, sizeof all);
    assert_memory_equal(back, all, sizeof all);
    buffer_free(&code);
}

static void assert_quoted(const char *text, const char *expected)
{
    struct buffer code = { 0 };

    lua_text_quote(&code, text, strlen(text));
    assert_string_equal(code.data, expected);
    buffer_free(&code);
}

static void quotes_are_chosen_to_be_read(void **state)
{
    (void)state;
    assert_quoted("plain", "\"plain\"");
    assert_quoted("say \"hi\"", "'say \"hi\"'");
    assert_quoted("it's \"so\"", "\"it's \\\"so\\\"\"");
    assert_quoted("Привет", "\"Привет\"");
    assert_quoted("tab\there", "\"tab\\there\"");
    assert_quoted("\xff", "\"\\xFF\"");
    assert_quoted("back\\slash", "\"back\\\\slash\"");
}

static void a_program_is_a_block_of_settings(void **state)
{
    struct expr *web = draft_open_named(&draft, "program", "web", here), *codes = expr_table();

    (void)state;
    expr_set(web, "cmd", expr_text("sleep 1"), here);
    expr_add(codes, expr_number(0), here);
    expr_add(codes, expr_number(2), here);
    expr_note(web, here, "odd is not carried over");
    expr_set(web, "exitcodes", codes, here);
    print();
    assert_string_equal(result.lua.data, "-- Made from conf.yaml by `reeve convert`.\n"
                                         "\n"
                                         "program \"web\" {\n"
                                         "  cmd = \"sleep 1\",\n"
                                         "  -- conf.yaml:7: odd is not carried over\n"
                                         "  exitcodes = { 0, 2 },\n"
                                         "}\n");
}

static void keys_that_lua_would_not_take_are_quoted(void **state)
{
    struct expr *web = draft_open_named(&draft, "program", "web", here), *env = expr_table();

    (void)state;
    expr_set(env, "end", expr_text("a"), here);
    expr_set(env, "with-dash", expr_text("b"), here);
    expr_set(env, "x]=] \"", expr_text("c"), here);
    expr_set(env, "_Good1", expr_text("d"), here);
    expr_set(web, "env", env, here);
    print();
    expect("same(P.web.env, { ['end'] = 'a', ['with-dash'] = 'b', ['x]=] \"'] = 'c', _Good1 = 'd' })");
    expect_text("_Good1 = ");
}

static void a_comment_cannot_end_early(void **state)
{
    struct expr *web = draft_open_named(&draft, "program", "web", here);

    (void)state;
    expr_note(web, here, "one\n}\nos.exit(1)\r--[[ two");
    draft_note(&draft, here, "[[ three\nos.exit(1)");
    print();
    expect("P.web ~= nil");
}

static void a_long_comment_is_wrapped(void **state)
{
    struct expr *web = draft_open_named(&draft, "program", "web", here);
    char words[400] = "";

    (void)state;
    for (int i = 0; i < 60; i++)
        strcat(words, "word ");
    expr_note(web, here, "%s", words);
    print();
    for (char *line = strtok(result.lua.data, "\n"); line != NULL; line = strtok(NULL, "\n"))
        assert_true(strlen(line) <= 100);
}

static void text_of_several_lines_stays_readable(void **state)
{
    struct expr *web = draft_open_named(&draft, "program", "web", here),
                *odd = draft_open_named(&draft, "program", "odd", here);

    (void)state;
    expr_set(web, "cmd", expr_text("sh -c '\n  one\n  two\n'"), here);
    expr_set(web, "first", expr_text("\nempty line first"), here);
    expr_set(odd, "cmd", expr_text("a ]=] b\nc]"), here);
    expr_set(odd, "end", expr_text("a\nb]"), here);
    expr_set(odd, "sign", expr_text("a\nb[0]="), here);
    expr_set(odd, "newline", expr_text("a\n"), here);
    print();
    expect("P.web.cmd == \"sh -c '\\n  one\\n  two\\n'\"");
    expect("P.web.first == '\\nempty line first'");
    expect("P.odd.cmd == 'a ]=] b\\nc]' and P.odd['end'] == 'a\\nb]' and P.odd.newline == 'a\\n'");
    expect("P.odd.sign == 'a\\nb[0]='");
    expect_text("  one\n  two\n");
}

static void a_long_table_has_a_line_for_each_field(void **state)
{
    struct expr *web = draft_open_named(&draft, "program", "web", here), *env = expr_table();

    (void)state;
    expr_set(env, "FIRST", expr_text("a value that takes some room on the line, as paths often do"), here);
    expr_set(env, "SECOND", expr_text("and another one that does not fit on it any more"), here);
    expr_set(web, "env", env, here);
    print();
    expect_text("  env = {\n    FIRST = \"a value");
}

static void each_line_knows_where_it_comes_from(void **state)
{
    struct expr *web = draft_open_named(&draft, "program", "web", (struct place){ "dir/conf.yaml", 3 });
    const char *file;
    int line;

    (void)state;
    expr_set(web, "cmd", expr_text("one\ntwo"), (struct place){ "dir/conf.yaml", 4 });
    expr_set(web, "user", expr_text("nobody"), (struct place){ "dir/other.yaml", 9 });
    print();
    /* 1 header, 2 empty, 3 program, 4 and 5 cmd, 6 user, 7 } */
    assert_true(converted_origin(&result, 3, &file, &line));
    assert_int_equal(line, 3);
    assert_true(converted_origin(&result, 4, &file, &line));
    assert_int_equal(line, 4);
    assert_true(converted_origin(&result, 5, &file, &line));
    assert_int_equal(line, 4);
    assert_string_equal(file, "dir/conf.yaml");
    assert_true(converted_origin(&result, 6, &file, &line));
    assert_int_equal(line, 9);
    assert_string_equal(file, "dir/other.yaml");
    assert_false(converted_origin(&result, 1, &file, &line));
    assert_string_equal(file, "dir/conf.yaml");
    assert_int_equal(line, 0);
    assert_false(converted_origin(&result, 99, &file, &line));
}

static void names_become_names_of_programs(void **state)
{
    static const char *const names[][2] = { { "web", "web" },         { "a b", "a-b" },
                                            { "-x", "_x" },           { "é", "_" },
                                            { "web:é/1", "web---1" }, { "all", "all_" },
                                            { "a.b_c-d", "a.b_c-d" } };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *name = draft_name(names[i][0], NULL, here);

        assert_string_equal(name, names[i][1]);
        free(name);
    }
}

static void the_same_name_twice_is_refused(void **state)
{
    struct buffer text = { 0 };

    (void)state;
    draft_open_named(&draft, "program", "web", (struct place){ "a.yaml", 3 });
    draft_open_named(&draft, "group", "web", (struct place){ "a.yaml", 4 });
    draft_open_named(&draft, "program", "web", (struct place){ "a.yaml", 5 });
    draft_check_names(&draft);
    problems_print(&problems, &text);
    assert_string_equal(text.data,
                        "a.yaml:5: there are two programs 'web' (the other one: a.yaml:3); rename or remove one\n");
    buffer_free(&text);
    problems_free(&problems);
}

static void a_statement_in_the_making_stays_when_there_are_too_many(void **state)
{
    struct expr *program, *socket;

    (void)state;
    for (size_t i = 0; i < DRAFT_MAX; i++)
        draft_open_named(&draft, "program", "p", here);
    program = draft_open_named(&draft, "program", "last", here);
    socket = draft_open_named(&draft, "socket", "last", here);
    assert_int_equal(draft.count, DRAFT_MAX);
    assert_ptr_equal(draft.statement[DRAFT_MAX - 2].table, program);
    assert_ptr_equal(draft.statement[DRAFT_MAX - 1].table, socket);
    assert_int_equal(problems.count, 1);
    problems_free(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_byte_comes_back_from_quotes, begin, end),
        cmocka_unit_test_setup_teardown(quotes_are_chosen_to_be_read, begin, end),
        cmocka_unit_test_setup_teardown(a_program_is_a_block_of_settings, begin, end),
        cmocka_unit_test_setup_teardown(keys_that_lua_would_not_take_are_quoted, begin, end),
        cmocka_unit_test_setup_teardown(a_comment_cannot_end_early, begin, end),
        cmocka_unit_test_setup_teardown(a_long_comment_is_wrapped, begin, end),
        cmocka_unit_test_setup_teardown(text_of_several_lines_stays_readable, begin, end),
        cmocka_unit_test_setup_teardown(a_long_table_has_a_line_for_each_field, begin, end),
        cmocka_unit_test_setup_teardown(each_line_knows_where_it_comes_from, begin, end),
        cmocka_unit_test_setup_teardown(names_become_names_of_programs, begin, end),
        cmocka_unit_test_setup_teardown(the_same_name_twice_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_statement_in_the_making_stays_when_there_are_too_many, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
