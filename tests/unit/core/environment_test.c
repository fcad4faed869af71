#include "core/environment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/reeve-environment-XXXXXX";

static const char *a_file(const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return path;
}

static int make_path(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

static const char *value_of(const struct environment *env, const char *key)
{
    size_t length = strlen(key);

    for (char **entry = env->entry; *entry != NULL; entry++)
        if (strncmp(*entry, key, length) == 0 && (*entry)[length] == '=')
            return *entry + length + 1;
    return NULL;
}

static void a_later_source_wins(void **state)
{
    struct environment env = { 0 };
    struct words entries = { 0 };

    (void)state;
    words_add(&entries, "A=1");
    words_add(&entries, "AB=2");
    words_add(&entries, "A=3");
    environment_put_all(&env, &entries);
    assert_int_equal(env.count, 2);
    assert_string_equal(value_of(&env, "A"), "3");
    assert_string_equal(value_of(&env, "AB"), "2");
    assert_null(value_of(&env, "B"));
    assert_null(env.entry[2]);
    environment_free(&env);
    words_free(&entries);
}

/* Of the first letters some share a place, and of so many entries the last ones have none. */
static void among_many_each_is_found(void **state)
{
    struct environment env = { 0 };
    char key[16], value[16];

    (void)state;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 600; i++) {
            snprintf(key, sizeof key, "%c%d", i % 256 == 255 ? 'Q' : "AaZz_09"[i % 7], i);
            snprintf(value, sizeof value, "%d", i + round);
            environment_set(&env, key, value);
        }
    environment_set(&env, "Q", "late");
    environment_set(&env, "Q", "later");
    assert_int_equal(env.count, 601);
    assert_string_equal(value_of(&env, "A7"), "8");
    assert_string_equal(value_of(&env, "9587"), "588");
    assert_string_equal(value_of(&env, "Q"), "later");
    environment_free(&env);
}

static void ours_is_inherited(void **state)
{
    struct environment env = { 0 };

    (void)state;
    setenv("REEVE_TEST_INHERITED", "yes", 1);
    environment_inherit(&env);
    assert_string_equal(value_of(&env, "REEVE_TEST_INHERITED"), "yes");
    environment_set(&env, "REEVE_TEST_INHERITED", "no");
    assert_string_equal(value_of(&env, "REEVE_TEST_INHERITED"), "no");
    environment_free(&env);
}

static void a_file_may_quote_comment_and_export(void **state)
{
    struct environment env = { 0 };
    struct error e;

    (void)state;
    assert_true(
        environment_read_file(&env,
                              a_file("# a comment\n\nA=1\n export B = two words # why\r\n"
                                     "C='$as # it is'\nD=\"a\\nb \\\"c\\\"\" # said\nE=\nF=a#b\nURL=http://x/?a=b\n"),
                              &e));
    assert_string_equal(value_of(&env, "A"), "1");
    assert_string_equal(value_of(&env, "B"), "two words");
    assert_string_equal(value_of(&env, "C"), "$as # it is");
    assert_string_equal(value_of(&env, "D"), "a\nb \"c\"");
    assert_string_equal(value_of(&env, "E"), "");
    assert_string_equal(value_of(&env, "F"), "a#b");
    assert_string_equal(value_of(&env, "URL"), "http://x/?a=b");
    environment_free(&env);
}

static void a_bad_line_is_named_but_not_shown(void **state)
{
    static const char *const bad[] = { "A=1\nsecret\n", "A=1\n=secret\n", "A=1\n1A=secret\n", "A=1\nB='secret\n",
                                       "A=1\nB=\"secret\" secret\n" };
    char expected[64];
    struct error e;

    (void)state;
    snprintf(expected, sizeof expected, "%s:2: ", path);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct environment env = { 0 };

        assert_false(environment_read_file(&env, a_file(bad[i]), &e));
        assert_memory_equal(e.text, expected, strlen(expected));
        assert_null(strstr(e.text, "secret"));
        environment_free(&env);
    }
}

static void a_missing_file_is_named(void **state)
{
    struct environment env = { 0 };
    struct error e;

    (void)state;
    assert_false(environment_read_file(&env, "/nowhere/.env", &e));
    assert_non_null(strstr(e.text, "/nowhere/.env"));
    environment_free(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_later_source_wins), cmocka_unit_test(among_many_each_is_found),
        cmocka_unit_test(ours_is_inherited),   cmocka_unit_test(a_file_may_quote_comment_and_export),
        cmocka_unit_test(a_bad_line_is_named_but_not_shown), cmocka_unit_test(a_missing_file_is_named),
    };

    return cmocka_run_group_tests(tests, make_path, remove_path);
}
