#include "core/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

/* What the asker saw last. */
static struct {
    int ends, cancels;
    enum reply_code code;
    char message[512], text[512], results[512], pieces[512];
} seen;

static void on_end(struct reply *r, void *arg)
{
    assert_ptr_equal(arg, &seen);
    seen.ends++;
    seen.code = r->code;
    snprintf(seen.message, sizeof seen.message, "%s", r->message);
    snprintf(seen.text, sizeof seen.text, "%s", r->text.length > 0 ? r->text.data : "");
    snprintf(seen.results, sizeof seen.results, "%s", r->results.length > 0 ? r->results.data : "");
}

static void on_piece(struct reply *r, const char *data, size_t length, void *arg)
{
    (void)r;
    (void)arg;
    strncat(seen.pieces, data, length);
}

static void on_cancel(struct reply *r, void *work)
{
    (void)r;
    assert_ptr_equal(work, &seen);
    seen.cancels++;
}

static struct reply *a_reply(bool wants_data)
{
    memset(&seen, 0, sizeof seen);
    return reply_new(wants_data, on_piece, on_end, &seen);
}

static void a_reply_tells_its_lines_once(void **state)
{
    struct reply *r = a_reply(false);

    (void)state;
    reply_line(r, "%s is %d", "answer", 42);
    reply_line(r, "more");
    reply_end(r);
    assert_int_equal(seen.ends, 1);
    assert_int_equal(seen.code, REPLY_OK);
    assert_string_equal(seen.text, "answer is 42\nmore\n");
    assert_string_equal(seen.results, "");
}

static void who_wants_data_gets_no_lines(void **state)
{
    struct reply *r = a_reply(true);

    (void)state;
    reply_line(r, "for people");
    reply_result(r, "web", REPLY_OK, "started");
    reply_end(r);
    assert_string_equal(seen.text, "");
    assert_string_equal(seen.results, "[{\"target\":\"web\",\"ok\":true,\"message\":\"started\"}]");
}

static void every_target_has_its_line_and_its_result(void **state)
{
    struct reply *r = a_reply(false);

    (void)state;
    reply_result(r, "web:1", REPLY_OK, "started");
    reply_result(r, "web:2", REPLY_FAILED, "killed by SIGSEGV");
    reply_end(r);
    assert_int_equal(seen.code, REPLY_FAILED);
    assert_string_equal(seen.message, "web:2: killed by SIGSEGV");
    assert_string_equal(seen.text, "web:1: started\nweb:2: ERROR (killed by SIGSEGV)\n");
    assert_string_equal(seen.results,
                        "[{\"target\":\"web:1\",\"ok\":true,\"message\":\"started\"},"
                        "{\"target\":\"web:2\",\"ok\":false,\"code\":\"failed\",\"message\":\"killed by SIGSEGV\"}]");
}

static void a_target_that_is_listed_has_a_result_only_in_a_failure(void **state)
{
    struct reply *r = a_reply(false);

    (void)state;
    reply_listed(r, "web:1", REPLY_OK, "RUNNING");
    reply_end(r);
    assert_int_equal(seen.code, REPLY_OK);
    assert_string_equal(seen.results, "");
    r = a_reply(false);
    reply_listed(r, "web:1", REPLY_OK, "RUNNING");
    reply_listed(r, "web:2", REPLY_NOT_RUNNING, "FATAL");
    reply_end(r);
    assert_int_equal(seen.code, REPLY_NOT_RUNNING);
    assert_string_equal(seen.message, "web:2 is FATAL");
    assert_string_equal(seen.text, "");
    assert_string_equal(seen.results,
                        "[{\"target\":\"web:1\",\"ok\":true,\"message\":\"RUNNING\"},"
                        "{\"target\":\"web:2\",\"ok\":false,\"code\":\"not-running\",\"message\":\"FATAL\"}]");
}

static void an_unknown_target_is_named(void **state)
{
    struct reply *r = a_reply(false);

    (void)state;
    reply_result(r, "wbe", REPLY_NO_SUCH_TARGET, "no such target");
    reply_end(r);
    assert_string_equal(seen.message, "no such target: wbe");
}

/* The failure that counts among two, in either order. */
static void check_rank(enum reply_code stronger, enum reply_code weaker)
{
    struct reply *r = a_reply(false);

    reply_fail(r, stronger, "stronger");
    reply_fail(r, weaker, "weaker");
    reply_end(r);
    assert_string_equal(seen.message, "stronger");
    r = a_reply(false);
    reply_fail(r, weaker, "weaker");
    reply_fail(r, stronger, "stronger");
    reply_end(r);
    assert_string_equal(seen.message, "stronger");
}

static void the_first_that_applies_of_6_2_4_1_3_wins(void **state)
{
    (void)state;
    check_rank(REPLY_NOT_ALLOWED, REPLY_USAGE);
    check_rank(REPLY_USAGE, REPLY_NO_SUCH_TARGET);
    check_rank(REPLY_NO_SUCH_TARGET, REPLY_FAILED);
    check_rank(REPLY_FAILED, REPLY_NOT_RUNNING);
}

static void codes_have_the_exit_statuses_of_the_manual(void **state)
{
    static const int wanted[] = { 0, 2, 1, 4, 3, 6, 6, 1 };
    enum reply_code code;

    (void)state;
    for (int i = 0; i < REPLY_CODES; i++) {
        assert_int_equal(reply_exit_status((enum reply_code)i), wanted[i]);
        assert_true(reply_code_parse(reply_code_name((enum reply_code)i), &code));
        assert_int_equal(code, i);
    }
    assert_false(reply_code_parse("nonsense", &code));
}

static void a_cancelled_reply_says_nothing(void **state)
{
    struct reply *r = a_reply(false);

    (void)state;
    reply_later(r, on_cancel, &seen);
    reply_line(r, "half a reply");
    reply_cancel(r);
    assert_int_equal(seen.cancels, 1);
    assert_int_equal(seen.ends, 0);
}

static void pieces_go_out_at_once(void **state)
{
    struct reply *r = a_reply(false);

    (void)state;
    reply_send(r, "one\n", 4);
    reply_send(r, "", 0);
    reply_send(r, "two\n", 4);
    assert_string_equal(seen.pieces, "one\ntwo\n");
    reply_end(r);
}

static void a_long_message_is_cut(void **state)
{
    struct reply *r = a_reply(false);
    char message[2000];

    (void)state;
    memset(message, 'x', sizeof message - 1);
    message[sizeof message - 1] = '\0';
    reply_fail(r, REPLY_FAILED, "%s", message);
    reply_end(r);
    assert_int_equal(strlen(seen.message), sizeof seen.message - 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_tells_its_lines_once),
        cmocka_unit_test(who_wants_data_gets_no_lines),
        cmocka_unit_test(every_target_has_its_line_and_its_result),
        cmocka_unit_test(a_target_that_is_listed_has_a_result_only_in_a_failure),
        cmocka_unit_test(an_unknown_target_is_named),
        cmocka_unit_test(the_first_that_applies_of_6_2_4_1_3_wins),
        cmocka_unit_test(codes_have_the_exit_statuses_of_the_manual),
        cmocka_unit_test(a_cancelled_reply_says_nothing),
        cmocka_unit_test(pieces_go_out_at_once),
        cmocka_unit_test(a_long_message_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
