#include "unit/script/helper.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/reeve-include-test-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL || chdir(folder) < 0 || mkdir("sub", 0700) < 0;
}

static int remove_folder(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") < 0 || system(command) != 0;
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void what_is_included_counts_as_written_there(void **state)
{
    struct problems problems = { 0 };
    struct plan *plan;

    (void)state;
    write_file("main.lua", "include \"sub/a.lua\"\nprogram \"m\" { cmd = \"x\" }");
    write_file("sub/a.lua", "include \"b.lua\"\nprogram \"a\" { cmd = \"x\" }");
    write_file("sub/b.lua", "\nprogram \"b\" { cmd = \"x\" }");
    plan = script_load("main.lua", &problems);
    assert_non_null(plan);
    assert_int_equal(plan->program_count, 3);
    assert_string_equal(plan->programs[0]->name, "b");
    assert_string_equal(plan->programs[0]->file, "sub/b.lua");
    assert_int_equal(plan->programs[0]->line, 2);
    plan_release(plan);
}

static void a_glob_is_sorted_and_may_be_empty(void **state)
{
    struct plan *plan;

    (void)state;
    write_file("sub/z2.lua", "program \"z2\" { cmd = \"x\" }");
    write_file("sub/z1.lua", "program \"z1\" { cmd = \"x\" }");
    plan = load_good("include \"sub/z*.lua\"\ninclude \"none/*.lua\"");
    assert_int_equal(plan->program_count, 2);
    assert_string_equal(plan->programs[0]->name, "z1");
    plan_release(plan);
}

static void a_path_must_exist(void **state)
{
    (void)state;
    assert_refused("\ninclude \"nope.lua\"", "t.lua:2: include 'nope.lua': No such file or directory\n");
    assert_refused_for("include \"sub\"", "t.lua:1: include 'sub': ");
}

static void a_broken_file_does_not_hide_the_problems_of_others(void **state)
{
    (void)state;
    write_file("sub/bad.lua", "\nerror \"first\"");
    write_file("sub/worse.lua", "= 1");
    assert_refused("include \"sub/bad.lua\"\ninclude \"sub/worse.lua\"\nprogram \"a\" { cmd = \"x\", foo = 1 }",
                   "sub/bad.lua:2: first\nsub/worse.lua:1: unexpected symbol near '='\n"
                   "t.lua:3: program 'a': unknown setting 'foo'\n");
}

static void circles_are_told_with_their_chain(void **state)
{
    struct problems problems = { 0 };

    (void)state;
    write_file("main.lua", "include \"sub/c.lua\"");
    write_file("sub/c.lua", "\ninclude \"../main.lua\"");
    assert_null(script_load("main.lua", &problems));
    assert_int_equal(problems.count, 1);
    assert_string_equal(problems.item[0].file, "sub/c.lua");
    assert_int_equal(problems.item[0].line, 2);
    assert_string_equal(problems.item[0].text,
                        "include goes in circles: main.lua includes sub/c.lua includes sub/../main.lua");
    problems_free(&problems);
}

static void a_loop_in_an_included_file_is_told_once(void **state)
{
    (void)state;
    write_file("sub/loop.lua", "while true do end");
    assert_refused("supervisor { load_time = 0.05 }\ninclude \"sub/loop.lua\"",
                   "sub/loop.lua:1: the evaluation takes longer than 50ms (load_time)\n");
}

/* ---- foreign formats, by a converter that knows one: each word is a program ---- */

static bool is_foreign(const char *path)
{
    return strstr(path, ".foreign") != NULL;
}

static char *convert(const char *path, size_t *length, void **origins, struct problems *problems)
{
    if (strstr(path, "bad") != NULL) {
        problems_add(problems, path, 5, "cannot convert this");
        return NULL;
    }
    *origins = malloc(1);
    *length = (size_t)strlen("-- made\nprogram \"f\" { cmd = \"x\",\n  foo = 1 }");
    return strdup("-- made\nprogram \"f\" { cmd = \"x\",\n  foo = 1 }");
}

/* Line n was made from line 10 n. */
static bool origin(const void *origins, int lua_line, const char **file, int *line)
{
    assert_non_null(origins);
    *file = "a.foreign";
    *line = 10 * lua_line;
    return lua_line > 1;
}

static const struct script_converter converter = { is_foreign, convert, origin, free };

static void problems_of_foreign_files_stand_where_the_user_wrote_them(void **state)
{
    struct problems problems = { 0 };

    (void)state;
    write_file("a.foreign", "");
    write_file("bad.foreign", "");
    script_set_converter(&converter);
    assert_refused("include \"a.foreign\"\ninclude \"bad.foreign\"",
                   "a.foreign:30: program 'f': unknown setting 'foo'\nbad.foreign:5: cannot convert this\n");
    assert_null(script_load("bad.foreign", &problems));
    assert_int_equal(problems.count, 1);
    assert_null(script_load("missing.foreign", &problems));
    assert_int_equal(problems.count, 2);
    problems_free(&problems);
    script_set_converter(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_included_counts_as_written_there),
        cmocka_unit_test(a_glob_is_sorted_and_may_be_empty),
        cmocka_unit_test(a_path_must_exist),
        cmocka_unit_test(a_broken_file_does_not_hide_the_problems_of_others),
        cmocka_unit_test(circles_are_told_with_their_chain),
        cmocka_unit_test(a_loop_in_an_included_file_is_told_once),
        cmocka_unit_test(problems_of_foreign_files_stand_where_the_user_wrote_them),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
