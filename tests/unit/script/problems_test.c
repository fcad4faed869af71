/* Whatever is wrong with a file is told, all of it, with file and line. */
#include "unit/script/helper.h"

static void every_problem_is_told_with_its_line(void **state)
{
    const char *text = "program \"web\" {\n  cmd = \"x\",\n  numproc = 2,\n  stoptime = \"10 parsecs\",\n}\n"
                       "program \"api\" {\n  cmd = \"y\",\n  umask = \"999\",\n}\n"
                       "program \"web\" { cmd = \"z\" }\n";

    (void)state;
    assert_refused_for(text, "t.lua:3: program 'web': unknown setting 'numproc', did you mean 'numprocs'?\n"
                             "t.lua:4: program 'web': 'stoptime': ");
    assert_refused_for(text, "t.lua:8: program 'api': 'umask': ");
    assert_refused_for(text, "t.lua:10: program 'web' is already declared at t.lua:1\n");
}

static void what_is_misspelt_is_not_missing_too(void **state)
{
    (void)state;
    assert_refused("program \"a\" { comd = \"x\" }",
                   "t.lua:1: program 'a': unknown setting 'comd', did you mean 'cmd'?\n");
    assert_refused("program \"a\" { runn = print }",
                   "t.lua:1: program 'a': unknown setting 'runn', did you mean 'run'?\n");
    assert_refused("program \"a\" { foo = 1 }", "t.lua:1: program 'a': unknown setting 'foo'\n"
                                                "t.lua:1: program 'a': 'cmd' is missing: say what to run\n");
    assert_refused("socket \"s\" { lissen = \"tcp:127.0.0.1:80\" }",
                   "t.lua:1: socket 's': unknown setting 'lissen', did you mean 'listen'?\n");
}

static void a_syntax_error_has_its_line(void **state)
{
    (void)state;
    assert_refused("\n\nprogram \"a\" { cmd = }", "t.lua:3: unexpected symbol near '}'\n");
}

static void a_runtime_error_ends_the_file_but_what_came_before_is_checked(void **state)
{
    (void)state;
    assert_refused("program \"a\" { cmd = \"x\", foo = 1 }\nlocal t = nil\nprint(t.x)\nprogram \"b\" {}",
                   "t.lua:1: program 'a': unknown setting 'foo'\n"
                   "t.lua:3: attempt to index a nil value (local 't')\n");
    assert_refused("error(\"no such luck\")", "t.lua:1: no such luck\n");
    assert_refused("\nerror({})", "t.lua:2: the error is not a text but a table\n");
    assert_refused("local function f() error(\"here\", 2) end\n\nf()", "t.lua:3: here\n");
}

static void groups_are_not_blamed_for_programs_that_an_error_kept_away(void **state)
{
    (void)state;
    assert_refused("group \"g\" { \"a\" }\nerror(\"stop\")\nprogram \"a\" { cmd = \"x\" }", "t.lua:2: stop\n");
    assert_refused("group \"g\" { \"a\" }\ninclude \"/nope/a.lua\"",
                   "t.lua:2: include '/nope/a.lua': No such file or directory\n");
}

static void an_undefined_global_is_told_and_evaluation_goes_on(void **state)
{
    (void)state;
    assert_refused("local x = prgram\nlocal y = undefined_thing\nprogram \"a\" { cmd = \"x\", foo = 1 }",
                   "t.lua:1: there is no global 'prgram', did you mean 'program'?\n"
                   "t.lua:2: there is no global 'undefined_thing'\n"
                   "t.lua:3: program 'a': unknown setting 'foo'\n");
}

static void a_misspelled_word_is_one_problem_not_two(void **state)
{
    (void)state;
    assert_refused("prgram \"a\" { cmd = \"x\" }", "t.lua:1: there is no global 'prgram', did you mean 'program'?\n");
    assert_refused("for i = 1, 9 do local x = foo end", "t.lua:1: there is no global 'foo'\n");
}

static void what_follows_a_misspelled_declaration_is_checked(void **state)
{
    (void)state;
    assert_refused("progam \"a\" { cmd = \"x\" }\n"
                   "group \"g\" { \"a\" }\n"
                   "local s = suporvisor { umask = 9 }\n"
                   "program \"b\" { cmd = \"x\", umask = 9 }\n"
                   "prog \"c\" {}\n"
                   "program \"d\" { comd = \"x\" }\n",
                   "t.lua:1: there is no global 'progam', did you mean 'program'?\n"
                   "t.lua:3: there is no global 'suporvisor', did you mean 'supervisor'?\n"
                   "t.lua:4: program 'b': 'umask': '9' is not octal: write digits from 0 to 7, such as \"022\"\n"
                   "t.lua:5: there is no global 'prog'\n");
}

static void globals_of_the_user_are_welcome(void **state)
{
    (void)state;
    assert_loads("base = { cmd = \"x\" }\nprogram \"a\" (base)");
    assert_loads("if rawget(_G, \"foo\") then error(\"?\") end");
}

static void a_declaration_without_a_table_is_told(void **state)
{
    (void)state;
    assert_refused("\nprogram \"a\"\n", "t.lua:2: program 'a' has no table: write program \"a\" { ... }\n");
    assert_refused("program \"a\" \"b\"", "t.lua:1: program expects a table, not a string\n");
    assert_refused("supervisor()", "t.lua:1: supervisor expects a table\n");
    assert_refused("supervisor \"box\" { umask = 9 }\nprogram { name = \"a\" }\nprogram \"b\" {}",
                   "t.lua:1: supervisor expects a table, not a string\n"
                   "t.lua:2: program expects a name and a table: program \"NAME\" { ... }; the name is a table\n"
                   "t.lua:3: program 'b': 'cmd' is missing: say what to run\n");
    assert_refused("program(42) { cmd = \"x\" }",
                   "t.lua:1: program expects a name and a table: program \"NAME\" { ... }; the name is a number\n");
    assert_refused("local p = program \"a\"; p { cmd = \"x\" }; p { cmd = \"y\" }",
                   "t.lua:1: program 'a' has a table already\n");
}

static void what_cannot_be_a_value_is_told(void **state)
{
    (void)state;
    assert_refused("local t = {}; t.t = t\nprogram \"a\" {\n  cmd = \"x\",\n  env = t }",
                   "t.lua:4: program 'a': 'env.t': the table contains itself\n");
    assert_refused("program \"a\" {\n  cmd = \"x\\0y\" }",
                   "t.lua:2: program 'a': 'cmd': the text has a zero byte in it\n");
    assert_refused("program \"a\" { cmd = \"x\",\n  env = { [1.5] = 1 } }",
                   "t.lua:2: program 'a': 'env': a key must be a text, not a number\n");
    assert_refused("program \"a\" {\n  cmd = { \"x\", nil, \"y\" } }",
                   "t.lua:2: program 'a': 'cmd[2]': is nil: a list has "
                   "no gaps\n");
    assert_refused_for("local t = {} for i = 1, 20 do t = { x = t } end\nprogram \"a\" { cmd = \"x\", env = t }",
                       "tables are nested deeper than 16");
    assert_refused_for(
        "local t = {} for i = 1, 1e5 do t[i] = 1 end\nprogram \"a\" { cmd = \"x\", exitcodes = { t, t } }",
        "has more than 100000 values");
    assert_refused_for("program \"a\" { cmd = coroutine.create(print) }", "a thread cannot stand here");
}

static void defaults_are_located_too(void **state)
{
    (void)state;
    assert_refused("supervisor {\n  defaults = {\n    numproc = 1,\n  },\n  nam = 1,\n}",
                   "t.lua:3: supervisor: defaults: unknown setting 'numproc', did you mean 'numprocs'?\n"
                   "t.lua:5: supervisor: unknown setting 'nam', did you mean 'name'?\n");
    assert_refused_for("supervisor {\n  defaults = 1 }", "t.lua:2: supervisor: 'defaults': expected a table");
}

static void groups_are_lists_of_programs(void **state)
{
    (void)state;
    assert_refused("program \"a\" { cmd = \"x\" }\ngroup \"g\" { a = 1 }",
                   "t.lua:2: group 'g': expected a list of names of programs\n");
    assert_refused("program \"web\" { cmd = \"x\" }\ngroup \"g\" { \"wbe\" }",
                   "t.lua:2: group 'g': there is no program 'wbe', did you mean 'web'?\n");
    assert_refused("program \"web\" { cmd = \"x\" }\ngroup \"g\" { \"web\", 3, \"wbe\" }",
                   "t.lua:2: group 'g': item 2 must be the name of a program, not 3\n"
                   "t.lua:2: group 'g': there is no program 'wbe', did you mean 'web'?\n");
}

static void a_misspelled_event_is_told(void **state)
{
    (void)state;
    assert_refused("on(\"exti\", function() end)", "t.lua:1: on: unknown event 'exti', did you mean 'exit'?\n");
    assert_loads("on(\"deployed\", function() end)");
    assert_refused("on(\"exit\", function() reeve.emit(\"exi\") end)\non(\"exti\", function() end)",
                   "t.lua:2: on: unknown event 'exti', did you mean 'exit'?\n");
    assert_refused_for("on(\"exit\")", "t.lua:1: bad argument #2 to 'on' (function expected, got no value)");
}

static void an_event_that_the_file_emits_may_resemble_a_known_one(void **state)
{
    (void)state;
    assert_loads("on(\"done\", function() end)\non(\"exit\", function() reeve.emit(\"done\", {}) end)");
    assert_loads("on(\"mine\", function() end)\non(\"exit\", function() reeve.emit 'mine' end)");
}

static void an_evaluation_that_does_not_end_is_ended(void **state)
{
    (void)state;
    assert_refused("supervisor { load_time = 0.05 }\nwhile true do end",
                   "t.lua:2: the evaluation takes longer than 50ms (load_time)\n");
}

static void an_evaluation_that_eats_memory_is_ended(void **state)
{
    (void)state;
    assert_refused_for("supervisor { load_time = 100 } local t = {} while true do t[#t + 1] = (\"x\"):rep(1 << 20) end",
                       "not enough memory");
}

static void a_missing_file_is_told_with_what_to_do(void **state)
{
    struct problems problems = { 0 };

    (void)state;
    assert_null(script_load("/nonexistent/supervisor.lua", &problems));
    assert_int_equal(problems.count, 1);
    assert_string_equal(problems.item[0].file, "/nonexistent/supervisor.lua");
    assert_string_equal(problems.item[0].text, "No such file or directory (`reeve init` writes one to begin with)");
    problems_free(&problems);
}

static void listeners_that_hear_nothing_are_told(void **state)
{
    (void)state;
    assert_refused_for("program 'a' { cmd = 'x', stdout = 'discard' }\non('line', 'a*', function() end)",
                       "t.lua:2: on(\"line\") hears nothing: reeve does not read the stdout of 'a'");
    assert_refused_for("on('line', 'a:1', function() end) program 'a' { cmd = 'x', stdout = '/tmp/x' }",
                       "hears nothing");
    assert_loads("program 'a' { cmd = 'x', stdout = 'discard' } program 'b' { cmd = 'x' } on('line', function() end)");
    assert_loads("program 'a' { cmd = 'x', stdout = 'discard' } on('line', 'later*', function() end)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_problem_is_told_with_its_line),
        cmocka_unit_test(what_is_misspelt_is_not_missing_too),
        cmocka_unit_test(a_syntax_error_has_its_line),
        cmocka_unit_test(a_runtime_error_ends_the_file_but_what_came_before_is_checked),
        cmocka_unit_test(groups_are_not_blamed_for_programs_that_an_error_kept_away),
        cmocka_unit_test(an_undefined_global_is_told_and_evaluation_goes_on),
        cmocka_unit_test(a_misspelled_word_is_one_problem_not_two),
        cmocka_unit_test(what_follows_a_misspelled_declaration_is_checked),
        cmocka_unit_test(globals_of_the_user_are_welcome),
        cmocka_unit_test(a_declaration_without_a_table_is_told),
        cmocka_unit_test(what_cannot_be_a_value_is_told),
        cmocka_unit_test(defaults_are_located_too),
        cmocka_unit_test(groups_are_lists_of_programs),
        cmocka_unit_test(a_misspelled_event_is_told),
        cmocka_unit_test(an_event_that_the_file_emits_may_resemble_a_known_one),
        cmocka_unit_test(an_evaluation_that_does_not_end_is_ended),
        cmocka_unit_test(an_evaluation_that_eats_memory_is_ended),
        cmocka_unit_test(a_missing_file_is_told_with_what_to_do),
        cmocka_unit_test(listeners_that_hear_nothing_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
