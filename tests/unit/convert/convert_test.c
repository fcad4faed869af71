#include "conversions.h"

#include "convert/detect.h"
#include "os/file.h"

static int end(void **state)
{
    (void)state;
    forget();
    options = (struct convert_options){ 0 };
    return 0;
}

static void assert_refused_with(const char *path, const char *words)
{
    char *said = refusal(path);

    if (strstr(said, words) == NULL)
        fail_msg("expected '%s', got '%s'", words, said);
    free(said);
}

static void formats_are_told_by_name_and_content(void **state)
{
    static const char ini[] = "[program:a]\ncommand=x\n", yaml[] = "programs:\n  a: {cmd: x}\n", proc[] = "a: x\n";

    (void)state;
    converts("a.ini", ini);
    expect("P.a.first_index == 0");
    converts("a.conf", ini);
    expect("P.a.first_index == 0");
    converts("supervisord", "; comment\n\n[program:a]\ncommand=x\n");
    expect("P.a.first_index == 0");
    converts("a.yaml", yaml);
    expect("P.a.cmd == 'x' and P.a.shell == nil");
    converts("a.yml", yaml);
    expect("P.a.cmd == 'x'");
    converts("a.conf", yaml);
    expect("P.a.cmd == 'x'");
    converts("a.json", "{\"programs\": {\"a\": {\"cmd\": \"x\"}}}");
    expect("P.a.cmd == 'x'");
    converts("Procfile.dev", proc);
    expect("P.a.shell");
    converts("processes", proc);
    expect("P.a.shell");
    converts("other", yaml);
    expect("P.a.shell == nil");
    converts("m.yml", "monitor_url: http://x/\nworkers: {}\n");
    expect("F.url == 'http://x/'");
}

static void a_format_may_be_said(void **state)
{
    (void)state;
    options.format = "procfile";
    converts("odd.yaml", "a: x\n");
    expect("P.a.shell");
    options.format = "supervisord";
    converts("odd.yaml", "[program:a]\ncommand=x\n");
    expect("P.a.first_index == 0");
    options.format = "nonsense";
    assert_refused_with(path_of("odd.yaml"), "there is no format 'nonsense': taskmaster, supervisord");
}

static void what_nobody_knows_is_refused(void **state)
{
    (void)state;
    write_text("a.toml", "[[task]]\nname = 'x'\n");
    assert_refused_with(path_of("a.toml"), "TOML is not read");
    write_text("a.conf", "[[task]]\nname = 'x'\n");
    assert_refused_with(path_of("a.conf"), "a.conf:1: this looks like TOML");
    write_text("a.lua", "program 'x' {}\n");
    assert_refused_with(path_of("a.lua"), "there is nothing to convert");
    write_text("text", "hello world\n");
    assert_refused_with(path_of("text"), "none of the formats that are known; name it with --from");
    write_text("empty.conf", "\n# comment\n");
    assert_refused_with(path_of("empty.conf"), "the file says nothing");
}

static void what_cannot_be_read_is_refused(void **state)
{
    (void)state;
    assert_refused_with(path_of("not-there.yaml"), "not-there.yaml");
    mkdir(path_of("dir.yaml"), 0755);
    assert_refused_with(path_of("dir.yaml"), "dir.yaml");
}

static void binary_files_are_refused(void **state)
{
    static const unsigned char wide[] = { 0xFF, 0xFE, 'a', 0, ':', 0 };

    (void)state;
    write_bytes("b.yaml", "a: b\nc: \0d\n", 11);
    assert_refused_with(path_of("b.yaml"), "b.yaml:2: byte 0x00: this is not a text file");
    write_bytes("b.ini",
                "\x7f"
                "ELF\x02\x01\x01",
                7);
    assert_refused_with(path_of("b.ini"), "b.ini:1: byte 0x02");
    write_bytes("w.yaml", wide, sizeof wide);
    assert_refused_with(path_of("w.yaml"), "UTF-16");
}

static void a_byte_order_mark_is_skipped(void **state)
{
    (void)state;
    converts("Procfile", "\xEF\xBB\xBF"
                         "web: x\n");
    expect("P.web.cmd == 'x'");
}

static void a_file_of_more_than_ten_megabytes_is_refused(void **state)
{
    char *big = xcalloc(1, SOURCE_MAX + 1);

    (void)state;
    memset(big, '\n', SOURCE_MAX + 1);
    write_bytes("big.yaml", big, SOURCE_MAX + 1);
    assert_refused_with(path_of("big.yaml"), "big.yaml");
    free(big);
}

static void truncated_files_are_refused_or_read(void **state)
{
    static const char whole[] = "programs:\n  web:\n    cmd: \"a 'b c' d\"\n    env: {A: 1, B: \"2\"}\n"
                                "    exitcodes: [0, 2]\n";
    struct problems problems = { 0 };

    (void)state;
    for (size_t length = 0; length < strlen(whole); length++) {
        write_bytes("cut.yaml", whole, length);
        forget();
        if (convert_file(path_of("cut.yaml"), NULL, &result, &problems))
            evaluate();
        else
            assert_true(problems.count > 0);
        problems_free(&problems);
    }
}

static void ten_thousand_programs_are_converted(void **state)
{
    struct buffer text = { 0 };

    (void)state;
    buffer_add_text(&text, "programs:\n");
    for (int i = 0; i < 10000; i++)
        buffer_addf(&text, "  p%d:\n    cmd: sleep %d\n    env: {A: 1}\n    exitcodes: [0, 2]\n", i, i);
    converts("many.yaml", text.data);
    expect("#order == 10000 and P.p9999.cmd == 'sleep 9999'");
    buffer_free(&text);
}

static void names_of_foreign_files_are_known(void **state)
{
    (void)state;
    assert_true(convert_is_foreign("a.yaml"));
    assert_true(convert_is_foreign("dir.lua/a.YML"));
    assert_true(convert_is_foreign("/etc/supervisord.conf"));
    assert_true(convert_is_foreign("x.ini"));
    assert_true(convert_is_foreign("x.toml"));
    assert_true(convert_is_foreign("app/Procfile"));
    assert_true(convert_is_foreign("Procfile.dev"));
    assert_false(convert_is_foreign("supervisor.lua"));
    assert_false(convert_is_foreign("Procfile.lua"));
    assert_false(convert_is_foreign("dir.yaml/supervisor"));
    for (size_t i = 0; convert_formats[i] != NULL; i++)
        assert_int_not_equal(detect_named(convert_formats[i]), FORMAT_UNKNOWN);
}

static void a_formation_is_for_procfiles(void **state)
{
    (void)state;
    options.formation = "web=2";
    write_text("a.yaml", "programs: {web: {cmd: x}}\n");
    assert_refused_with(path_of("a.yaml"), "a formation is for Procfiles");
}

static char *whole_file(const char *path)
{
    struct buffer text = { 0 };

    assert_true(file_read(path, SOURCE_MAX, &text, NULL));
    return buffer_take(&text);
}

/* Beside each foreign file stands what it must become, to the byte. */
static void fixtures_become_what_stands_beside_them(void **state)
{
    static const char *const fixtures[][2] = { { "tests/convert", "taskmaster.yaml" },
                                               { "tests/convert", "supervisord.conf" },
                                               { "tests/convert/app", "Procfile" },
                                               { "tests/convert", "magistrate.yml" } };
    char *root = realpath(".", NULL);

    (void)state;
    setenv("REEVE_FIXTURE_QUEUE", "high,low", 1);
    unsetenv("REEVE_FIXTURE_STAGE");
    unsetenv("PORT");
    for (size_t i = 0; i < sizeof fixtures / sizeof *fixtures; i++) {
        char *path = xasprintf("%s.lua", fixtures[i][1]), *expected;

        assert_int_equal(chdir(fixtures[i][0]), 0);
        convert_path(fixtures[i][1]);
        expected = whole_file(path);
        assert_string_equal(result.lua.data, expected);
        assert_int_equal(chdir(root), 0);
        free(expected);
        free(path);
    }
    free(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(formats_are_told_by_name_and_content, end),
        cmocka_unit_test_teardown(a_format_may_be_said, end),
        cmocka_unit_test_teardown(what_nobody_knows_is_refused, end),
        cmocka_unit_test_teardown(what_cannot_be_read_is_refused, end),
        cmocka_unit_test_teardown(binary_files_are_refused, end),
        cmocka_unit_test_teardown(a_byte_order_mark_is_skipped, end),
        cmocka_unit_test_teardown(a_file_of_more_than_ten_megabytes_is_refused, end),
        cmocka_unit_test_teardown(truncated_files_are_refused_or_read, end),
        cmocka_unit_test_teardown(ten_thousand_programs_are_converted, end),
        cmocka_unit_test_teardown(names_of_foreign_files_are_known, end),
        cmocka_unit_test_teardown(a_formation_is_for_procfiles, end),
        cmocka_unit_test_teardown(fixtures_become_what_stands_beside_them, end),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
