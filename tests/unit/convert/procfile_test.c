#include "conversions.h"

static int end(void **state)
{
    (void)state;
    forget();
    options = (struct convert_options){ 0 };
    unlink(path_of(".env"));
    unsetenv("PORT");
    return 0;
}

static void each_line_is_a_program_of_the_shell(void **state)
{
    (void)state;
    converts("Procfile", "# comment\nweb: bundle exec puma -p $PORT\n\nworker:   ruby worker.rb 2>/dev/null  \r\n");
    expect("P.web.cmd == 'bundle exec puma -p $PORT' and P.web.shell");
    expect("P.worker.cmd == 'ruby worker.rb 2>/dev/null'");
    expect("same(order, { 'web', 'worker' }) and P.web.numprocs == nil");
}

static void ports_step_by_a_hundred(void **state)
{
    (void)state;
    unsetenv("PORT");
    converts("Procfile", "a: x\nb: y\nc: z\n");
    expect("P.a.env.PORT == 5000 and P.b.env.PORT == 5100 and P.c.env.PORT == 5200");
}

static void a_port_that_is_set_is_where_they_begin(void **state)
{
    (void)state;
    setenv("PORT", "8000", 1);
    converts("Procfile", "a: x\nb: y\n");
    expect("P.a.env.PORT == 8000 and P.b.env.PORT == 8100");
}

static void the_port_of_dotenv_is_below_the_environments(void **state)
{
    char *said;

    (void)state;
    write_text(".env", "PORT=3000\n");
    converts("Procfile", "a: x\nb: y\n");
    expect("P.b.env.PORT == 3100");
    setenv("PORT", "8000", 1);
    convert_path(path_of("Procfile"));
    expect("P.b.env.PORT == 8100");
    write_text(".env", "# below\nPORT=high\n");
    said = refusal(path_of("Procfile"));
    assert_non_null(strstr(said, ".env:2: PORT: "));
    free(said);
}

static void a_formation_says_how_many(void **state)
{
    (void)state;
    options.formation = "web=2, worker=5";
    converts("Procfile", "web: x\nother: z\nworker: y\n");
    expect("P.web.numprocs == 2 and P.worker.numprocs == 5 and P.other.numprocs == 0");
    expect("P.web.env({ index = 1 }).PORT == 5000 and P.web.env({ index = 2 }).PORT == 5001");
    expect("P.worker.env({ index = 5 }).PORT == 5204");
    options.formation = "all=2,web=1";
    converts("Procfile", "web: x\nother: z\n");
    expect("P.web.numprocs == nil and P.other.numprocs == 2");
    options.formation = "web=1,web=3"; /* the last word counts */
    converts("Procfile", "web: x\n");
    expect("P.web.numprocs == 3");
}

static void a_wrong_formation_is_refused(void **state)
{
    static const char *const wrong[][2] = { { "web", "expected NAME=NUMBER, got 'web'" },
                                            { "web=x", "expected a whole number" },
                                            { "wbe=1", "there is no process 'wbe'" },
                                            { "web=-1", "-1 is not between" } };

    (void)state;
    write_text("Procfile", "web: x\n");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *said;

        options.formation = wrong[i][0];
        said = refusal(path_of("Procfile"));
        if (strstr(said, wrong[i][1]) == NULL)
            fail_msg("expected '%s', got '%s'", wrong[i][1], said);
        free(said);
    }
}

static void dotenv_is_below_the_environment(void **state)
{
    (void)state;
    setenv("DOTENV_SET", "outside", 1);
    unsetenv("DOTENV_UNSET");
    write_text(".env", "# comment\n\nDOTENV_SET=inside\nDOTENV_UNSET=\"a b\"\n");
    converts("Procfile", "a: x\n");
    expect("P.a.env.DOTENV_SET == 'outside' and P.a.env.DOTENV_UNSET == 'a b' and P.a.env.PORT == 5000");
}

static void dotenv_follows_foremans_rules(void **state)
{
    (void)state;
    write_text(".env", "A='single \\n'\nB=\"double\\nline \\\"q\\\" \\\\\"\nC=plain # kept\nD=\nexport E=x\n"
                       "F=a=b\nG=\"open\nH='it''s'\n");
    converts("Procfile", "a: x\n");
    expect("P.a.env.A == 'single \\\\n' and P.a.env.B == 'double\\nline \"q\" \\\\'");
    expect("P.a.env.C == 'plain # kept' and P.a.env.D == '' and P.a.env.E == 'x' and P.a.env.F == 'a=b'");
    expect("P.a.env.G == '\"open' and P.a.env.H == \"it''s\"");
}

static void a_bad_dotenv_is_refused(void **state)
{
    char *said;

    (void)state;
    write_text(".env", "A=1\nnonsense\nb c=d\n");
    write_text("Procfile", "a: x\n");
    said = refusal(path_of("Procfile"));
    assert_non_null(strstr(said, ".env:2: expected KEY=value"));
    assert_null(strstr(said, "nonsense"));
    assert_non_null(strstr(said, ".env:3: expected KEY=value"));
    free(said);
}

static void output_is_prefixed_on_reeves_own(void **state)
{
    (void)state;
    converts("Procfile", "a: x\n");
    expect("same(P.a.stdout, { to = 'inherit', prefix = true }) and same(P.a.stderr, P.a.stdout)");
}

static void processes_run_in_the_folder_of_the_file(void **state)
{
    char *question = xasprintf("P.a.workingdir:match('[^/]*$') == '%s'", strrchr(folder, '/') + 1);
    char *before = realpath(".", NULL);

    (void)state;
    converts("Procfile", "a: x\n");
    expect(question);
    assert_int_equal(chdir(folder), 0);
    convert_path("Procfile");
    expect("P.a.workingdir == nil");
    assert_int_equal(chdir(before), 0);
    free(before);
    free(question);
}

static void lines_that_are_no_process_are_refused(void **state)
{
    (void)state;
    refuses("Procfile", "web: x\nno process\n", 2, "expected `name: command`, got 'no process'");
    refuses("Procfile", "web:\n", 1, "'web' has no command");
    refuses("Procfile", ": x\n", 1, "expected `name: command`");
    refuses("Procfile", "web: x\nweb: y\n", 2, "there are two programs 'web'");
}

static void a_file_without_processes_is_refused(void **state)
{
    char *said;

    (void)state;
    write_text("Procfile", "# nothing\n");
    said = refusal(path_of("Procfile"));
    assert_non_null(strstr(said, "Procfile: there is no process in this file"));
    free(said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_line_is_a_program_of_the_shell, end),
        cmocka_unit_test_teardown(ports_step_by_a_hundred, end),
        cmocka_unit_test_teardown(a_port_that_is_set_is_where_they_begin, end),
        cmocka_unit_test_teardown(the_port_of_dotenv_is_below_the_environments, end),
        cmocka_unit_test_teardown(a_formation_says_how_many, end),
        cmocka_unit_test_teardown(a_wrong_formation_is_refused, end),
        cmocka_unit_test_teardown(dotenv_is_below_the_environment, end),
        cmocka_unit_test_teardown(dotenv_follows_foremans_rules, end),
        cmocka_unit_test_teardown(a_bad_dotenv_is_refused, end),
        cmocka_unit_test_teardown(output_is_prefixed_on_reeves_own, end),
        cmocka_unit_test_teardown(processes_run_in_the_folder_of_the_file, end),
        cmocka_unit_test_teardown(lines_that_are_no_process_are_refused, end),
        cmocka_unit_test_teardown(a_file_without_processes_is_refused, end),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
