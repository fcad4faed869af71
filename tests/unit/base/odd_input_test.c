/* What people and networks may send: the readers of text are fed with many small monsters. The
 * numbers behind them are always the same, so that a failure can be seen again. */
#include "base/json.h"
#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 20000, LONGEST = 24 };

static uint64_t seed;

static unsigned random_below(unsigned limit)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % limit;
}

static int same_numbers(void **state)
{
    (void)state;
    seed = 42;
    return 0;
}

/* A text of bytes from `alphabet`, in memory of exactly its size: sanitizers see a step too far. */
static char *monster(const char *alphabet)
{
    size_t length = random_below(LONGEST);
    char *text = xmalloc(length + 1);

    for (size_t i = 0; i < length; i++)
        text[i] = alphabet[random_below((unsigned)strlen(alphabet))];
    text[length] = '\0';
    return text;
}

static void add_quoted(struct buffer *b, const char *word)
{
    buffer_add_text(b, " '");
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            buffer_add_text(b, "'\\''");
        else
            buffer_add_char(b, *word);
    }
    buffer_add_char(b, '\'');
}

static void words_survive_quoting(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        char *text = monster("ab '\"\\\n\t$`#");
        struct words first = { 0 }, second = { 0 };
        struct buffer quoted = { 0 };
        struct error e = { "" };

        buffer_add(&quoted, NULL, 0);
        if (words_split(&first, text, &e)) {
            for (size_t n = 0; n < first.count; n++)
                add_quoted(&quoted, first.word[n]);
            assert_true(words_split(&second, quoted.data, &e));
            assert_true(words_equal(&first, &second));
        } else {
            assert_int_equal(first.count, 0);
            assert_true(text_starts(e.text, "the quote "));
        }
        buffer_free(&quoted);
        words_free(&first);
        words_free(&second);
        free(text);
    }
}

static void times_are_within_bounds_or_refused(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        char *text = monster("0123456789.smhd-e ");
        struct error e = { "" };
        msec out = -1;

        if (duration_parse(text, &out, &e))
            assert_in_range(out, 0, 3653LL * 86400 * 1000);
        else
            assert_true(e.text[0] != '\0' && out == -1);
        free(text);
    }
}

static void times_are_read_as_they_are_written(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        msec time = (msec)random_below(1u << 30) * (1 + random_below(100)) >> random_below(31), out;
        struct buffer b = { 0 };

        duration_format(&b, time);
        assert_true(duration_parse(b.data, &out, NULL));
        assert_true(out <= time && out >= time - time / 10);
        buffer_free(&b);
    }
}

static void sizes_are_not_negative_or_refused(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        char *text = monster("0123456789999999KkMGTBb-. ");
        struct error e = { "" };
        int64_t out = -1;

        if (size_parse(text, &out, &e))
            assert_true(out >= 0);
        else
            assert_true(e.text[0] != '\0' && out == -1);
        free(text);
    }
}

static void signals_can_be_sent_or_are_refused(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        char *text = monster(i % 2 ? "SIGTERMKILHUP" : "RTMINAX+-0123456789");
        struct error e = { "" };
        int out = -1;

        if (signal_parse(text, &out, &e))
            assert_in_range(out, 1, 64);
        else
            assert_true(e.text[0] != '\0' && out == -1);
        free(text);
    }
}

static void globs_end(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        char *pattern = monster("ab*?[]!-\\");
        char *name = monster("ab[]-");

        text_matches(pattern, name);
        assert_true(text_matches("*", name));
        free(pattern);
        free(name);
    }
}

/* jansson refuses whatever is not JSON or not UTF-8. */
static void any_bytes_become_json(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        char *text = monster("a\"\\\n\x01\x7f\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xed\xa0\xff\xc0\xf4\x90");
        struct buffer b = { 0 };
        json_t *read;

        json_open_array(&b);
        json_text(&b, text);
        json_double(&b, (double)random_below(1u << 30) / (1 + random_below(1000)));
        json_int(&b, random_below(1000));
        json_close_array(&b);
        read = json_loadb(b.data, b.length, 0, NULL);
        assert_non_null(read);
        assert_int_equal(json_array_size(read), 3);
        json_decref(read);
        buffer_free(&b);
        free(text);
    }
}

static void good_text_is_read_back_from_json(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        char *text = monster("a\"\\/{}[]:,\n\t\r\b\x01\x1f\x7f u");
        struct buffer b = { 0 };
        json_t *read;

        json_text(&b, text);
        read = json_loadb(b.data, b.length, JSON_DECODE_ANY, NULL);
        assert_non_null(read);
        assert_string_equal(json_string_value(read), text);
        json_decref(read);
        buffer_free(&b);
        free(text);
    }
}

#define odd_test(name) cmocka_unit_test_setup(name, same_numbers)

int main(void)
{
    const struct CMUnitTest tests[] = {
        odd_test(words_survive_quoting),
        odd_test(times_are_within_bounds_or_refused),
        odd_test(times_are_read_as_they_are_written),
        odd_test(sizes_are_not_negative_or_refused),
        odd_test(signals_can_be_sent_or_are_refused),
        odd_test(globs_end),
        odd_test(any_bytes_become_json),
        odd_test(good_text_is_read_back_from_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
