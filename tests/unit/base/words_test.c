#include "base/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

/* Splitting `text` gives exactly the words that follow, up to NULL. */
static void splits(const char *text, ...)
{
    struct words w = { 0 };
    struct error e;
    const char *expected;
    size_t i = 0;
    va_list arguments;

    assert_true(words_split(&w, text, &e));
    va_start(arguments, text);
    while ((expected = va_arg(arguments, const char *)) != NULL) {
        assert_true(i < w.count);
        assert_string_equal(w.word[i++], expected);
    }
    va_end(arguments);
    assert_int_equal(w.count, i);
    words_free(&w);
}

static void refuses(const char *text, const char *why)
{
    struct words w = { 0 };
    struct error e;

    words_add(&w, "kept");
    assert_false(words_split(&w, text, &e));
    assert_non_null(strstr(e.text, why));
    assert_int_equal(w.count, 1);
    assert_null(w.word[1]);
    words_free(&w);
}

static void blanks_part_words(void **state)
{
    (void)state;
    splits("/bin/ls -l  /tmp", "/bin/ls", "-l", "/tmp", NULL);
    splits(" \t a\n\tb \n", "a", "b", NULL);
    splits("", NULL);
    splits(" \n ", NULL);
}

static void quotes_keep_a_word_together(void **state)
{
    (void)state;
    splits("nginx -g 'daemon off;'", "nginx", "-g", "daemon off;", NULL);
    splits("a\"b c\"'d e'f", "ab cd ef", NULL);
    splits("'' \"\" x''", "", "", "x", NULL);
    splits("'it'\\''s'", "it's", NULL);
    splits("'a\\b\"c'", "a\\b\"c", NULL);
    splits("\"a'b\"", "a'b", NULL);
}

static void a_backslash_takes_the_next_character_as_it_is(void **state)
{
    (void)state;
    splits("a\\ b \\'c\\\" \\\\", "a b", "'c\"", "\\", NULL);
    splits("end\\", "end\\", NULL);
    splits("\\a\\n", "an", NULL);
}

static void inside_double_quotes_a_backslash_spares_few(void **state)
{
    (void)state;
    splits("\"\\$ \\` \\\" \\\\\"", "$ ` \" \\", NULL);
    splits("\"a\\nb\\'\"", "a\\nb\\'", NULL);
}

static void a_line_may_be_continued(void **state)
{
    (void)state;
    splits("a\\\nb", "ab", NULL);
    splits("a \\\n b", "a", "b", NULL);
    splits("\"a\\\nb\"", "ab", NULL);
    splits("\\\n", NULL);
}

static void nothing_is_expanded(void **state)
{
    (void)state;
    splits("echo $HOME * ~ `x` # a|b;c", "echo", "$HOME", "*", "~", "`x`", "#", "a|b;c", NULL);
}

static void an_unclosed_quote_is_named(void **state)
{
    (void)state;
    refuses("echo 'open", "the quote ' at character 6 is never closed");
    refuses("\"", "the quote \" at character 1 is never closed");
    refuses("ok \"a\\\"", "at character 4");
}

static void a_list_knows_its_words(void **state)
{
    struct words w = { 0 };

    (void)state;
    assert_false(words_have(&w, "a"));
    words_add(&w, "a");
    words_add(&w, "bc");
    assert_true(words_have(&w, "a"));
    assert_true(words_have(&w, "bc"));
    assert_false(words_have(&w, "b"));
    words_free(&w);
}

static void lists_end_with_null(void **state)
{
    struct words w = { 0 }, copy = { 0 };

    (void)state;
    words_copy(&copy, &w);
    assert_non_null(copy.word);
    assert_null(copy.word[0]);
    words_free(&copy);
    words_add(&w, "a");
    words_add(&w, "b");
    assert_null(w.word[2]);
    words_free(&w);
    assert_int_equal(w.count, 0);
    words_free(&w);
}

static void many_words_are_added_at_once(void **state)
{
    struct words w = { 0 };
    struct gathering g = { .count = 0 };

    (void)state;
    words_add_all(&w, &g);
    assert_null(w.word[0]);
    words_add(&w, "a");
    gathering_add(&g, "b");
    gathering_add(&g, "");
    gathering_add(&g, "c");
    words_add_all(&w, &g);
    assert_int_equal(g.count, 0);
    assert_int_equal(w.count, 4);
    assert_string_equal(w.word[0], "a");
    assert_string_equal(w.word[1], "b");
    assert_string_equal(w.word[2], "");
    assert_string_equal(w.word[3], "c");
    assert_null(w.word[4]);
    words_free(&w);
}

static void a_copy_is_equal_and_apart(void **state)
{
    struct words w = { 0 }, copy = { 0 };

    (void)state;
    assert_true(words_equal(&w, &copy));
    words_add(&w, "a");
    words_add(&w, "b");
    words_copy(&copy, &w);
    assert_true(words_equal(&w, &copy));
    assert_ptr_not_equal(w.word[0], copy.word[0]);
    copy.word[1][0] = 'c';
    assert_false(words_equal(&w, &copy));
    words_add(&w, "b");
    assert_false(words_equal(&w, &copy));
    words_free(&w);
    words_free(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blanks_part_words),
        cmocka_unit_test(quotes_keep_a_word_together),
        cmocka_unit_test(a_backslash_takes_the_next_character_as_it_is),
        cmocka_unit_test(inside_double_quotes_a_backslash_spares_few),
        cmocka_unit_test(a_line_may_be_continued),
        cmocka_unit_test(nothing_is_expanded),
        cmocka_unit_test(an_unclosed_quote_is_named),
        cmocka_unit_test(a_list_knows_its_words),
        cmocka_unit_test(lists_end_with_null),
        cmocka_unit_test(many_words_are_added_at_once),
        cmocka_unit_test(a_copy_is_equal_and_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
