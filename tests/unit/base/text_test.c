#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void globs_match_whole_names(void **state)
{
    (void)state;
    assert_true(text_matches("work*", "worker:2"));
    assert_true(text_matches("*", ""));
    assert_true(text_matches("w?b", "web"));
    assert_true(text_matches("*:2", "web:1:2"));
    assert_true(text_matches("a*b*c", "a-b-b-c"));
    assert_true(text_matches("web", "web"));
    assert_false(text_matches("web", "web2"));
    assert_false(text_matches("web2", "web"));
    assert_false(text_matches("w?b", "wb"));
    assert_false(text_matches("", "a"));
    assert_true(text_matches("", ""));
}

static void sets_hold_characters_and_ranges(void **state)
{
    (void)state;
    assert_true(text_matches("web[0-9]", "web7"));
    assert_true(text_matches("[abc]x", "bx"));
    assert_true(text_matches("[!a-c]x", "dx"));
    assert_true(text_matches("[]]", "]"));
    assert_true(text_matches("[a-]", "-"));
    assert_true(text_matches("*[12]", "web:2"));
    assert_false(text_matches("web[0-9]", "webx"));
    assert_false(text_matches("[!a-c]x", "bx"));
    assert_false(text_matches("[^a]", "a"));
}

static void an_open_set_and_an_escape_are_characters(void **state)
{
    (void)state;
    assert_true(text_matches("[a", "[a"));
    assert_true(text_matches("[", "["));
    assert_true(text_matches("\\*", "*"));
    assert_true(text_matches("a\\", "a\\"));
    assert_false(text_matches("\\*", "a"));
    assert_false(text_matches("[a", "a"));
}

static void many_stars_take_no_time(void **state)
{
    char pattern[2001], name[65];

    (void)state;
    for (int i = 0; i < 2000; i += 2)
        memcpy(pattern + i, "*a", 3);
    memset(name, 'a', 64);
    name[64] = '\0';
    assert_false(text_matches(pattern, name));
    memcpy(pattern + 60, "b", 2);
    assert_false(text_matches(pattern, name));
}

static const char *const settings[] = { "cmd",       "numprocs", "autostart", "autorestart", "stopsignal", "starttime",
                                        "stop_time", "stdout",   "stderr",    "env",         "env_file",   NULL };

static void misspelt_words_find_their_meaning(void **state)
{
    (void)state;
    assert_string_equal(text_nearest("numproc", settings), "numprocs");
    assert_string_equal(text_nearest("nunprocs", settings), "numprocs");
    assert_string_equal(text_nearest("stopsingal", settings), "stopsignal");
    assert_string_equal(text_nearest("stdotu", settings), "stdout");
    assert_string_equal(text_nearest("auto_restart", settings), "autorestart");
    assert_string_equal(text_nearest("AutoStart", settings), "autostart");
    assert_string_equal(text_nearest("ENV_FILE", settings), "env_file");
    assert_string_equal(text_nearest("stop-signal", settings), "stopsignal");
    assert_string_equal(text_nearest("stoptime", settings), "stop_time");
    assert_string_equal(text_nearest("cmd", settings), "cmd");
}

static void a_list_has_exactly_its_words(void **state)
{
    (void)state;
    assert_true(text_is_among("cmd", settings));
    assert_false(text_is_among("cm", settings));
    assert_false(text_is_among("CMD", settings));
    assert_false(text_is_among("", settings));
}

static void words_that_resemble_nothing_find_nothing(void **state)
{
    char long_word[5000];

    (void)state;
    memset(long_word, 'x', sizeof long_word);
    long_word[sizeof long_word - 1] = '\0';
    assert_null(text_nearest("", settings));
    assert_null(text_nearest("x", settings));
    assert_null(text_nearest("banana", settings));
    assert_null(text_nearest(long_word, settings));
    assert_null(text_nearest("cmd", (const char *const[]){ NULL }));
    assert_null(text_nearest("cmd", (const char *const[]){ long_word, NULL }));
}

static void the_smallest_difference_wins(void **state)
{
    const char *const words[] = { "restore", "restart", "Start", NULL };

    (void)state;
    assert_string_equal(text_nearest("restar", words), "restart");
    assert_string_equal(text_nearest("start", words), "Start");
    assert_string_equal(text_nearest("erstart", words), "restart");
    assert_string_equal(text_nearest("abcdefghijklmnopqrst", (const char *const[]){ "badcefghijklmnopqr", NULL }),
                        "badcefghijklmnopqr");
    assert_null(text_nearest("abcdefghijklmnopqrst", (const char *const[]){ "badcfeghjilmknopqr", NULL }));
}

static void ends_are_compared(void **state)
{
    (void)state;
    assert_true(text_starts("tcp:127.0.0.1:1", "tcp:"));
    assert_false(text_starts("tc", "tcp:"));
    assert_true(text_starts("x", ""));
    assert_true(text_ends("a.yaml", ".yaml"));
    assert_false(text_ends("yaml", ".yaml"));
    assert_true(text_ends("x", ""));
}

static void names_are_plain(void **state)
{
    char name[80];

    (void)state;
    assert_true(text_is_name("web"));
    assert_true(text_is_name("_a.B-9"));
    assert_true(text_is_name("9"));
    assert_false(text_is_name(""));
    assert_false(text_is_name("-web"));
    assert_false(text_is_name("web:1"));
    assert_false(text_is_name("a b"));
    assert_false(text_is_name("caf\u00e9"));
    snprintf(name, sizeof name, "%064d", 1);
    assert_true(text_is_name(name));
    snprintf(name, sizeof name, "%065d", 1);
    assert_false(text_is_name(name));
}

static void a_text_becomes_one_calm_line(void **state)
{
    char text[] = "bell \a, two\nlines\r\n, \33[31mred\177, \303\244";

    (void)state;
    text_flatten(text);
    assert_string_equal(text, "bell  , two lines  ,  [31mred , \303\244");
}

/* CSI is one character among those above 127, too, and a terminal takes it for ESC [. */
static void a_calm_line_has_no_control_characters_above_127(void **state)
{
    char text[] = "\302\23331m red, \23331m alone, \302\240 no break, \303\233, \342\202\254, \302";

    (void)state;
    text_flatten(text);
    assert_string_equal(text, "  31m red,  31m alone, \302\240 no break, \303\233, \342\202\254, \302");
}

static void secrets_are_equal_or_not(void **state)
{
    (void)state;
    assert_true(text_equal_secret("", ""));
    assert_true(text_equal_secret("sesame", "sesame"));
    assert_false(text_equal_secret("sesame", "sesamf"));
    assert_false(text_equal_secret("sesame", "sesam"));
    assert_false(text_equal_secret("sesam", "sesame"));
    assert_false(text_equal_secret("", "sesame"));
    assert_false(text_equal_secret("sesame", ""));
}

static void a_name_for_lua_is_no_word_of_its_own(void **state)
{
    (void)state;
    assert_true(text_is_lua_name("_a1", 3));
    assert_true(text_is_lua_name("ends", 4));
    assert_true(text_is_lua_name("end.x", 1));
    assert_false(text_is_lua_name("end.x", 3));
    assert_false(text_is_lua_name("end.x", 5));
    assert_false(text_is_lua_name("a-b", 3));
    assert_false(text_is_lua_name("1a", 2));
    assert_false(text_is_lua_name("\xc3\xa4", 2));
    assert_false(text_is_lua_name("", 0));
}

static void lines_are_counted_by_their_ends(void **state)
{
    (void)state;
    assert_int_equal(text_count_lines("a\n\nb", 4), 2);
    assert_int_equal(text_count_lines("a\nb\n", 2), 1);
    assert_int_equal(text_count_lines(NULL, 0), 0);
}

static void digits_are_at_least_one(void **state)
{
    (void)state;
    assert_true(text_is_digits("007"));
    assert_false(text_is_digits(""));
    assert_false(text_is_digits("-1"));
    assert_false(text_is_digits("1 "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(globs_match_whole_names),
        cmocka_unit_test(sets_hold_characters_and_ranges),
        cmocka_unit_test(an_open_set_and_an_escape_are_characters),
        cmocka_unit_test(many_stars_take_no_time),
        cmocka_unit_test(misspelt_words_find_their_meaning),
        cmocka_unit_test(a_list_has_exactly_its_words),
        cmocka_unit_test(words_that_resemble_nothing_find_nothing),
        cmocka_unit_test(the_smallest_difference_wins),
        cmocka_unit_test(ends_are_compared),
        cmocka_unit_test(names_are_plain),
        cmocka_unit_test(a_text_becomes_one_calm_line),
        cmocka_unit_test(a_calm_line_has_no_control_characters_above_127),
        cmocka_unit_test(secrets_are_equal_or_not),
        cmocka_unit_test(a_name_for_lua_is_no_word_of_its_own),
        cmocka_unit_test(lines_are_counted_by_their_ends),
        cmocka_unit_test(digits_are_at_least_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
