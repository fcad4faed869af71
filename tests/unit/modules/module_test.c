/* Modules that cannot be opened, made by the compiler. */
#include "transfers.h"

#include "os/module.h"

static char folder[] = "/tmp/reeve-module-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    setenv("REEVE_MODULES", folder, 1);
    return 0;
}

static int remove_folder(void **state)
{
    char command[60];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

/* FOLDER/NAME.so from a text in C; `options` for the linker. */
static void make_object(const char *name, const char *code, const char *options)
{
    char command[600];

    snprintf(command, sizeof command, "cd %s && echo '%s' >%s.c && cc -shared -fPIC -o %s.so %s.c %s", folder, code,
             name, name, name, options);
    if (system(command) != 0) {
        print_message("no compiler here\n");
        skip();
    }
}

static void assert_not_opened(const char *name, const char *part)
{
    struct error e = { "" };

    assert_null(module_open(name, &e));
    if (strstr(e.text, part) == NULL)
        fail_msg("no '%s' in '%s'", part, e.text);
}

static void a_module_that_is_nowhere_is_told_with_the_places(void **state)
{
    (void)state;
    assert_not_opened("no-such", "module 'no-such': it is not installed; looked for /tmp/reeve-module-");
    assert_not_opened("no-such", "/lib/reeve/modules/no-such.so");
}

static void a_library_that_is_missing_is_named_with_its_package(void **state)
{
    char command[200];

    (void)state;
    make_object("libcurl", "int x;", "-Wl,-soname,libcurl.so.99");
    make_object("lacks", "extern int x; int *y = &x;", "./libcurl.so");
    make_object("libother", "int x;", "-Wl,-soname,libother.so.3");
    make_object("other", "extern int x; int *y = &x;", "./libother.so");
    snprintf(command, sizeof command, "rm %s/libcurl.so %s/libother.so", folder, folder);
    assert_int_equal(system(command), 0);
    assert_not_opened("lacks",
                      "module 'lacks': the library libcurl.so.99 is not installed; it is in the package libcurl4 on");
    assert_not_opened("other", "module 'other': the library libother.so.3 is not installed");
}

static void what_is_no_module_is_not_used(void **state)
{
    (void)state;
    make_object("plain", "int x;", "");
    assert_not_opened("plain", "plain.so is not a module of reeve: it has no symbol reeve_module");
}

static void a_file_that_is_no_object_is_told(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof command, "echo nothing >%s/text.so", folder);
    assert_int_equal(system(command), 0);
    assert_not_opened("text", "text.so: ");
}

static void a_module_of_another_reeve_is_not_used(void **state)
{
    (void)state;
    make_object("old", "const struct { unsigned abi; const char *name; void *f; } reeve_module = { 77, \"old\", 0 };",
                "");
    assert_not_opened("old", "old.so was built for another reeve (module interface 77, needed is ");
}

static void a_good_module_is_the_same_each_time(void **state)
{
    struct error e;
    const struct module *m;

    (void)state;
    find_modules();
    m = module_open("curl", &e);
    setenv("REEVE_MODULES", folder, 1);
    if (m == NULL)
        fail_msg("%s", e.text);
    assert_string_equal(m->name, "curl");
    find_modules();
    assert_ptr_equal(module_open("curl", &e), m);
    setenv("REEVE_MODULES", folder, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_module_that_is_nowhere_is_told_with_the_places),
        cmocka_unit_test(a_library_that_is_missing_is_named_with_its_package),
        cmocka_unit_test(what_is_no_module_is_not_used),
        cmocka_unit_test(a_file_that_is_no_object_is_told),
        cmocka_unit_test(a_module_of_another_reeve_is_not_used),
        cmocka_unit_test(a_good_module_is_the_same_each_time),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
