#include "control/line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* How long the first command of a line is. */
static size_t first(const char *line)
{
    return (size_t)(line_command_end(line, line + strlen(line)) - line);
}

static void a_semicolon_ends_a_command(void **state)
{
    (void)state;
    assert_int_equal(first("status; stop web"), 6);
    assert_int_equal(first("status"), 6);
    assert_int_equal(first(";"), 0);
    assert_int_equal(first(""), 0);
}

static void a_quoted_semicolon_does_not(void **state)
{
    (void)state;
    assert_int_equal(first("stop 'a;b';x"), 10);
    assert_int_equal(first("stop \"a;\\\";b\";x"), 13);
    assert_int_equal(first("stop a\\;b;x"), 9);
    assert_int_equal(first("stop 'a;b"), 9);
}

static void a_password_is_the_rest_of_the_line(void **state)
{
    struct words words = { 0 };

    (void)state;
    assert_int_equal(first("auth a;b 'c"), 11);
    assert_true(line_words("  auth a;b 'c ", 14, &words, NULL));
    assert_int_equal(words.count, 2);
    assert_string_equal(words.word[1], "a;b 'c ");
    words_free(&words);
    assert_int_equal(first("author; x"), 6);
}

static bool is_http(const char *line)
{
    return line_is_http(line, line + strlen(line));
}

static void what_a_browser_says_is_known(void **state)
{
    (void)state;
    assert_true(is_http("GET / HTTP/1.1"));
    assert_true(is_http("POST /;stop%20web HTTP/1.0"));
    assert_false(is_http("status web"));
    assert_false(is_http("status HTTP/1.1 web"));
    assert_false(is_http(" HTTP/1.1"));
    assert_false(is_http(""));
    assert_false(is_http("auth my HTTP/1.1"));
}

static void words_are_quoted_as_in_the_shell(void **state)
{
    struct words words = { 0 };
    struct error e;

    (void)state;
    assert_true(line_words("stop 'a b' c;d", 12, &words, NULL));
    assert_int_equal(words.count, 3);
    assert_string_equal(words.word[1], "a b");
    words_free(&words);
    assert_false(line_words("stop 'a", 7, &words, &e));
    assert_true(line_words("   ", 3, &words, NULL));
    assert_int_equal(words.count, 0);
    words_free(&words);
}

static bool parse(const char *text, struct line_request *r, struct error *e)
{
    return line_parse_json(text, strlen(text), r, e);
}

static void a_json_request_has_verb_args_and_id(void **state)
{
    struct line_request r;

    (void)state;
    assert_true(parse("{\"verb\":\"tail\",\"args\":[\"-n\",5,\"web\"],\"id\":7,\"text\":true}", &r, NULL));
    assert_int_equal(r.words.count, 4);
    assert_string_equal(r.words.word[0], "tail");
    assert_string_equal(r.words.word[2], "5");
    assert_string_equal(r.id, "7");
    assert_true(r.text);
    line_request_free(&r);

    assert_true(parse("{\"verb\":\"wait\",\"args\":[\"web\",\"RUNNING\",0.5]}", &r, NULL));
    assert_string_equal(r.words.word[3], "0.5");
    line_request_free(&r);
}

static void an_id_comes_back_as_it_was(void **state)
{
    static const char *const ids[] = { "1", "-3", "\"a b\"", "123456789012345" };
    struct line_request r;
    char text[80];

    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        snprintf(text, sizeof text, "{\"id\":%s,\"verb\":\"status\"}", ids[i]);
        assert_true(parse(text, &r, NULL));
        assert_string_equal(r.id, ids[i]);
        line_request_free(&r);
    }
    assert_true(parse("{\"verb\":\"status\"}", &r, NULL));
    assert_null(r.id);
    line_request_free(&r);
}

static void bad_requests_are_refused_with_their_id(void **state)
{
    static const char *const bad[] = { "{\"id\":5}", "{\"id\":5,\"verb\":3}",
                                       "{\"id\":5,\"verb\":\"stop\",\"args\":\"web\"}",
                                       "{\"id\":5,\"verb\":\"stop\",\"args\":[true]}",
                                       "{\"id\":5,\"verb\":\"stop\",\"args\":[[\"web\"]]}" };
    struct line_request r;
    struct error e;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        e.text[0] = '\0';
        assert_false(parse(bad[i], &r, &e));
        assert_string_not_equal(e.text, "");
        assert_string_equal(r.id, "5");
        line_request_free(&r);
    }
}

static void what_is_no_json_is_refused(void **state)
{
    static const char *const bad[] = { "", "{", "[1]", "{\"verb\":\"\\u0000\"}", "{\"verb\":\"\xff\"}", "{} x" };
    struct line_request r;
    struct error e;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(parse(bad[i], &r, &e));
        line_request_free(&r);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_semicolon_ends_a_command),
        cmocka_unit_test(a_quoted_semicolon_does_not),
        cmocka_unit_test(a_password_is_the_rest_of_the_line),
        cmocka_unit_test(what_a_browser_says_is_known),
        cmocka_unit_test(words_are_quoted_as_in_the_shell),
        cmocka_unit_test(a_json_request_has_verb_args_and_id),
        cmocka_unit_test(an_id_comes_back_as_it_was),
        cmocka_unit_test(bad_requests_are_refused_with_their_id),
        cmocka_unit_test(what_is_no_json_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
