#include "web.h"

#include <netinet/in.h>
#include <sys/socket.h>

static int closed_port(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_return_code(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_return_code(getsockname(fd, (struct sockaddr *)&a, &length), 0);
    close(fd);
    return ntohs(a.sin_port);
}

/* ---- what works ---------------------------------------------------------------------------- */

static void a_get_brings_status_headers_and_body(void **state)
{
    struct outcome *o = finished(get("/ok"));

    (void)state;
    assert_string_equal(o->error, "");
    assert_int_equal(o->status, 200);
    assert_string_equal(o->body, "hello");
    assert_non_null(strstr(o->headers, "content-length=5;"));
    assert_non_null(strstr(o->headers, "x-twice=one;x-twice=two;x-empty=;"));
}

static void any_status_is_an_answer(void **state)
{
    struct outcome *missing = begin(get("/nowhere"));
    struct outcome *broken = begin(get("/status?500"));

    (void)state;
    turn_until(all_told);
    assert_string_equal(missing->error, "");
    assert_int_equal(missing->status, 404);
    assert_int_equal(broken->status, 500);
    assert_string_equal(broken->body, "told so");
}

static void a_body_is_posted_with_the_headers_given(void **state)
{
    static const struct transfer_header headers[] = { { "Content-Type", "application/json" }, { "X-Empty", "" } };
    struct outcome *o = finished(post("/echo", "{\"a\":1}", .header = headers, .header_count = 2));

    (void)state;
    assert_memory_equal(o->body, "POST /echo HTTP/1.1\n", 20);
    assert_non_null(strstr(o->body, "Content-Type: application/json\n"));
    assert_non_null(strstr(o->body, "X-Empty:"));
    assert_non_null(strstr(o->body, "User-Agent: reeve/"));
    assert_null(strstr(o->body, "Expect:"));
    assert_string_equal(o->body + o->length - 7, "{\"a\":1}");
}

static void methods_are_sent_as_given(void **state)
{
    struct outcome *put = begin(post("/echo", "x", .method = "PUT"));
    struct outcome *patch = begin(get("/echo", .method = "PATCH"));
    struct outcome *erase = begin(get("/echo", .method = "DELETE"));
    struct outcome *head = begin(get("/ok", .method = "HEAD"));
    struct outcome *empty = begin(get("/echo", .method = "POST"));

    (void)state;
    turn_until(all_told);
    assert_memory_equal(put->body, "PUT /echo ", 10);
    assert_memory_equal(patch->body, "PATCH /echo ", 12);
    assert_memory_equal(erase->body, "DELETE /echo ", 13);
    assert_memory_equal(empty->body, "POST /echo ", 11);
    assert_non_null(strstr(empty->body, "Content-Length: 0\n"));
    assert_string_equal(head->error, "");
    assert_int_equal(head->length, 0);
    assert_non_null(strstr(head->headers, "content-length=5;"));
}

static void zero_bytes_go_and_come_back(void **state)
{
    struct outcome *o = finished(get("/echo", .body = "a\0b", .body_length = 3));

    (void)state;
    assert_memory_equal(o->body + o->length - 3, "a\0b", 3);
}

static void user_and_password_are_sent(void **state)
{
    struct outcome *known = begin(get("/user", .user = "ann", .password = "b:c"));
    struct outcome *unknown = begin(get("/user", .user = "ann"));

    (void)state;
    turn_until(all_told);
    assert_int_equal(known->status, 200);
    assert_int_equal(unknown->status, 401);
}

static void redirects_are_followed_only_if_wanted(void **state)
{
    struct outcome *not = begin(get("/redirect?1"));
    struct outcome *yes = begin(get("/redirect?3", .follow = true));

    (void)state;
    turn_until(all_told);
    assert_int_equal(not ->status, 302);
    assert_non_null(strstr(not ->headers, "location=/ok;"));
    assert_int_equal(yes->status, 200);
    assert_string_equal(yes->body, "hello");
    assert_null(strstr(yes->headers, "x-old"));
}

static void proxies_of_the_environment_are_not_used(void **state)
{
    struct outcome *o;

    (void)state;
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    o = finished(get("/ok"));
    unsetenv("http_proxy");
    assert_string_equal(o->error, "");
}

static void a_proxy_that_is_given_is_used(void **state)
{
    char proxy[60];

    (void)state;
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", web.port);
    /* The server knows no such path, which begins with "http:". */
    assert_int_equal(finished(&(struct transfer_request){ .url = "http://192.0.2.1/x", .proxy = proxy })->status, 404);
}

/* ---- many ---------------------------------------------------------------------------------- */

static void fifty_at_once_take_little_longer_than_one(void **state)
{
    msec start = clock_now();
    int i;

    (void)state;
    watch_stalls();
    for (i = 0; i < 50; i++)
        begin(get("/slow?0.5"));
    turn_until(all_told);
    assert_no_stall();
    for (i = 0; i < 50; i++)
        assert_string_equal(outcomes[i].body, "hello");
    assert_in_range(clock_now() - start, 500, 10000);
}

static void others_wait_for_their_turn(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < 3 * TRANSFERS_AT_ONCE; i++)
        begin(get("/ok"));
    turn_until(all_told);
    for (i = 0; i < 3 * TRANSFERS_AT_ONCE; i++)
        assert_string_equal(outcomes[i].body, "hello");
}

static void too_many_that_wait_are_refused(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < TRANSFERS_AT_ONCE + TRANSFERS_WAITING; i++)
        begin(get("/never"));
    assert_refused(get("/ok"), "1024 transfers wait for their turn already");
    transfer_cancel(outcomes[7].transfer);
    begin(get("/never"));
}

static bool last_is_told(void)
{
    return outcomes[outcome_count - 1].told;
}

static void a_turn_that_never_comes_is_told(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < TRANSFERS_AT_ONCE; i++)
        begin(get("/never"));
    begin(get("/ok", .timeout = 200));
    turn_until(last_is_told);
    assert_string_equal(outcomes[TRANSFERS_AT_ONCE].error,
                        "64 transfers were under way for 200ms, and this one did not have its turn");
}

/* ---- what goes wrong ----------------------------------------------------------------------- */

static void a_server_that_is_not_there_is_named(void **state)
{
    char url[60], expected[100];

    (void)state;
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", closed_port());
    snprintf(expected, sizeof expected, "cannot connect to %.*s: Connection refused", (int)strcspn(url + 7, "/"),
             url + 7);
    assert_string_equal(finished(&(struct transfer_request){ .url = url })->error, expected);
}

static void a_host_that_is_unknown_is_named(void **state)
{
    struct outcome *o;

    (void)state;
    watch_stalls();
    o = finished(&(struct transfer_request){ .url = "http://no-such-host.invalid/", .timeout = 5000 });
    assert_no_stall();
    assert_error(o, "the address of 'no-such-host.invalid'");
}

static void what_takes_too_long_is_told_by_how_far_it_came(void **state)
{
    (void)state;
    watch_stalls();
    assert_error(given_up(*get("/never"), "no answer from 127.0.0.1:"), " within ");
    given_up(*get("/trickle"), "was not complete within ");
    assert_no_stall();
}

static void a_connection_that_is_not_taken_is_told(void **state)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof a;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int full[8];
    char url[60];
    int i;

    (void)state;
    assert_return_code(bind(listener, (struct sockaddr *)&a, sizeof a), 0);
    assert_return_code(listen(listener, 0), 0);
    assert_return_code(getsockname(listener, (struct sockaddr *)&a, &length), 0);
    for (i = 0; i < 8; i++) {
        full[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        connect(full[i], (struct sockaddr *)&a, sizeof a);
    }
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(a.sin_port));
    assert_error(finished(&(struct transfer_request){ .url = url, .timeout = 100 }), "no connection to 127.0.0.1:");
    for (i = 0; i < 8; i++)
        close(full[i]);
    close(listener);
}

static void a_body_that_is_too_large_is_not_kept(void **state)
{
    struct outcome *fits = begin(get("/big?1000", .max_body = 1000));
    struct outcome *large = begin(get("/big?1001", .max_body = 1000));
    struct outcome *endless = begin(get("/endless"));
    struct outcome *headers = begin(get("/long-headers"));

    (void)state;
    watch_stalls();
    turn_until(all_told);
    assert_no_stall();
    assert_string_equal(fits->error, "");
    assert_int_equal(fits->length, 1000);
    assert_error(large, "is larger than 1000 bytes");
    assert_error(endless, "is larger than 8388608 bytes");
    assert_error(headers, "the headers from 127.0.0.1:");
}

static void answers_that_are_none_are_told(void **state)
{
    struct outcome *cut = begin(get("/cut"));
    struct outcome *nothing = begin(get("/nothing"));
    struct outcome *garbage = begin(get("/garbage"));

    (void)state;
    turn_until(all_told);
    assert_error(cut, "was cut off: ");
    assert_error(nothing, "closed the connection without an answer");
    assert_error(garbage, "HTTP/0.9");
}

static void redirects_without_end_or_to_files_fail(void **state)
{
    struct outcome *circle = begin(get("/circle", .follow = true));
    struct outcome *file = begin(get("/to-file", .follow = true));

    (void)state;
    turn_until(all_told);
    assert_error(circle, "redirects more than 5 times");
    assert_error(file, "file");
    assert_int_equal(file->length, 0);
}

static void requests_that_make_no_sense_are_refused(void **state)
{
    static const struct transfer_header split = { "X-A", "b\r\nX-Evil: yes" };
    static const struct transfer_header name = { "X A", "b" };

    (void)state;
    assert_refused(get("/ok", .header = &split, .header_count = 1), "the header 'X-A' has a line break");
    assert_refused(get("/ok", .header = &name, .header_count = 1), "'X A' cannot be the name of a header");
    assert_refused(get("/ok", .method = "GET /x\r\n"), "cannot be a method");
    assert_refused(&(struct transfer_request){ .url = "" }, "is not a URL such as https://");
    assert_refused(&(struct transfer_request){ .url = "example.com" }, "'example.com' is not a URL");
    assert_refused(&(struct transfer_request){ .url = "http://a b/" }, "'http://a b/' is not a URL");
    assert_refused(&(struct transfer_request){ .url = "http://x\r\ny/" }, "is not a URL");
    assert_refused(&(struct transfer_request){ .url = "http://ann:secret@a b/" }, "this is not a URL");
    assert_refused(&(struct transfer_request){ .url = "file:///etc/passwd" }, "'file:' is not understood");
    assert_refused(&(struct transfer_request){ .url = "ftp://127.0.0.1/" }, "'ftp:' is not understood");
}

int main(void)
{
#define each(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)
    const struct CMUnitTest tests[] = {
        each(a_get_brings_status_headers_and_body),
        each(any_status_is_an_answer),
        each(a_body_is_posted_with_the_headers_given),
        each(methods_are_sent_as_given),
        each(zero_bytes_go_and_come_back),
        each(user_and_password_are_sent),
        each(redirects_are_followed_only_if_wanted),
        each(proxies_of_the_environment_are_not_used),
        each(a_proxy_that_is_given_is_used),
        each(fifty_at_once_take_little_longer_than_one),
        each(others_wait_for_their_turn),
        each(too_many_that_wait_are_refused),
        each(a_turn_that_never_comes_is_told),
        each(a_server_that_is_not_there_is_named),
        each(a_host_that_is_unknown_is_named),
        each(what_takes_too_long_is_told_by_how_far_it_came),
        each(a_connection_that_is_not_taken_is_told),
        each(a_body_that_is_too_large_is_not_kept),
        each(answers_that_are_none_are_told),
        each(redirects_without_end_or_to_files_fail),
        each(requests_that_make_no_sense_are_refused),
    };

    return cmocka_run_group_tests(tests, start_web, stop_web);
}
