/* Reaching others without waiting for them: names, sockets, pages. */
#include "os/dial.h"
#include "os/http_probe.h"
#include "os/resolve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct loop *loop;

/* What an answer was. */
static struct {
    bool came;
    int number; /* a descriptor or a status */
    char why[256];
} heard;

static void keep(int number, const char *why)
{
    heard.came = true;
    heard.number = number;
    snprintf(heard.why, sizeof heard.why, "%s", why != NULL ? why : "");
    loop_end(loop);
}

static void on_dialled(int fd, const char *why, void *arg)
{
    (void)arg;
    if (fd >= 0)
        close(fd);
    keep(fd >= 0, why);
}

static void on_http(int status, const char *why, void *arg)
{
    (void)arg;
    keep(status, why);
}

static void on_resolved(const struct address *address, const char *why, void *arg)
{
    (void)arg;
    keep(address != NULL, why);
}

static int listen_somewhere(char *host_and_port, size_t size)
{
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof in;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &length), 0);
    snprintf(host_and_port, size, "127.0.0.1:%d", ntohs(in.sin_port));
    return fd;
}

/* -- addresses -------------------------------------------------------------------------------------------------- */

static void hosts_and_ports_are_told_apart(void **state)
{
    static const char *const bad[] = { "",       "localhost", ":80",          "127.0.0.1:", "127.0.0.1:0", "host:65536",
                                       "::1:80", "a host:80", "256.1.1.1:80", "host:http",  "[::1]80" };
    struct endpoint e;

    (void)state;
    assert_true(endpoint_parse("127.0.0.1:80", &e, NULL) && !e.is_named);
    assert_true(endpoint_parse("[::1]:80", &e, NULL) && !e.is_named);
    assert_true(endpoint_parse("localhost:80", &e, NULL) && !e.is_named);
    assert_true(endpoint_parse("db.example.com:5432", &e, NULL) && e.is_named);
    assert_string_equal(e.host, "db.example.com");
    assert_string_equal(e.port, "5432");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (endpoint_parse(bad[i], &e, NULL))
            fail_msg("'%s' was taken", bad[i]);
}

static void urls_are_taken_apart(void **state)
{
    struct error e;
    struct url u;

    (void)state;
    assert_true(url_parse("http://127.0.0.1:8080/health?full=1#top", &u, NULL));
    assert_string_equal(u.host, "127.0.0.1:8080");
    assert_string_equal(u.path, "/health?full=1");
    assert_true(url_parse("http://[::1]", &u, NULL));
    assert_string_equal(u.host, "[::1]");
    assert_string_equal(u.path, "/");
    assert_true(url_parse("http://example.com?x", &u, NULL));
    assert_string_equal(u.path, "/?x");
    assert_true(u.to.is_named);
    assert_false(url_parse("https://127.0.0.1/", &u, &e));
    assert_non_null(strstr(e.text, "https is not spoken"));
    assert_false(url_parse("127.0.0.1/", &u, NULL));
    assert_false(url_parse("http://", &u, NULL));
    assert_false(url_parse("http://user@host/", &u, NULL));
    assert_false(url_parse("http://127.0.0.1/a b", &u, NULL));
    assert_false(url_parse("http://127.0.0.1/a\r\nX: y", &u, NULL));
}

/* -- names ------------------------------------------------------------------------------------------------------ */

/* No name server need be asked: a part of a name has at most 63 characters. */
#define NO_HOST "nobody-can-be-called-like-this-because-it-is-simply-too-long-for-a-name"

static void a_name_that_is_not_there_is_told(void **state)
{
    struct endpoint to;

    (void)state;
    assert_true(endpoint_parse(NO_HOST ".invalid:80", &to, NULL));
    assert_non_null(resolve_start(loop, &to, on_resolved, NULL, NULL));
    loop_run(loop);
    assert_int_equal(heard.number, 0);
    assert_non_null(strstr(heard.why, "cannot look up '" NO_HOST ".invalid'"));
}

static void who_asks_may_go_before_the_answer(void **state)
{
    struct resolve *r;
    struct endpoint to;

    (void)state;
    assert_true(endpoint_parse(NO_HOST ".invalid:80", &to, NULL));
    for (int i = 0; i < 4; i++) {
        r = resolve_start(loop, &to, on_resolved, NULL, NULL);
        assert_non_null(r);
        resolve_stop(&r);
        assert_null(r);
    }
}

/* -- sockets ---------------------------------------------------------------------------------------------------- */

static void one_who_listens_is_reached(void **state)
{
    struct endpoint to;
    char text[32];
    int fd = listen_somewhere(text, sizeof text);

    (void)state;
    assert_true(endpoint_parse(text, &to, NULL));
    dial_endpoint(loop, &to, on_dialled, NULL);
    assert_false(heard.came);
    loop_run(loop);
    assert_int_equal(heard.number, 1);
    close(fd);
    heard.came = false;
    dial_endpoint(loop, &to, on_dialled, NULL);
    loop_run(loop);
    assert_int_equal(heard.number, 0);
    assert_string_equal(heard.why, "Connection refused");
}

static void a_socket_that_is_not_there_is_told(void **state)
{
    struct address to;

    (void)state;
    assert_true(address_parse("unix:/nonexistent/socket", &to, NULL));
    dial_address(loop, &to, on_dialled, NULL);
    loop_run(loop);
    assert_string_equal(heard.why, "No such file or directory");
}

static void a_dial_can_be_given_up(void **state)
{
    struct endpoint to;
    struct dial *d;

    (void)state;
    assert_true(endpoint_parse("192.0.2.1:9", &to, NULL)); /* nobody is ever there */
    d = dial_endpoint(loop, &to, on_dialled, NULL);
    dial_stop(&d);
    assert_null(d);
    dial_stop(&d);
}

/* -- pages ------------------------------------------------------------------------------------------------------ */

static struct {
    int listener;
    const char *answer;
    char request[512];
    struct watch *watch, *client;
} server;

static void answer_it(int client, int what, void *arg)
{
    ssize_t n = read(client, server.request, sizeof server.request - 1);

    (void)what;
    (void)arg;
    server.request[n > 0 ? n : 0] = '\0';
    if (write(client, server.answer, strlen(server.answer)) < 0)
        perror("write");
    watch_stop(&server.client);
    close(client);
}

static void serve(int fd, int what, void *arg)
{
    int client = accept(fd, NULL, NULL);

    (void)what;
    (void)arg;
    assert_true(client >= 0);
    server.client = watch_start(loop, client, WATCH_READ, answer_it, NULL);
}

static void ask(const char *answer)
{
    char where[32], url[64];
    struct url u;

    memset(&heard, 0, sizeof heard);
    server.answer = answer;
    server.listener = listen_somewhere(where, sizeof where);
    server.watch = watch_start(loop, server.listener, WATCH_READ, serve, NULL);
    snprintf(url, sizeof url, "http://%s/health?x", where);
    assert_true(url_parse(url, &u, NULL));
    http_probe_start(loop, &u, on_http, NULL);
    loop_run(loop);
    watch_stop(&server.watch);
    close(server.listener);
}

static void the_status_of_a_page_is_heard(void **state)
{
    (void)state;
    ask("HTTP/1.1 204 No Content\r\n\r\n");
    assert_int_equal(heard.number, 204);
    assert_int_equal(strncmp(server.request, "GET /health?x HTTP/1.1\r\nHost: 127.0.0.1:", 40), 0);
    ask("HTTP/1.0 503\n");
    assert_int_equal(heard.number, 503);
}

static void what_is_no_page_is_told(void **state)
{
    char much[2000];

    (void)state;
    ask("");
    assert_string_equal(heard.why, "the connection was closed without an answer");
    ask("SSH-2.0-OpenSSH_9.2\r\n");
    assert_string_equal(heard.why, "the answer is not HTTP");
    ask("HTTP/1.1 abc\r\n");
    assert_string_equal(heard.why, "the answer is not HTTP");
    ask("HTTP/1.1 2");
    assert_string_equal(heard.why, "the answer is not HTTP");
    memset(much, 'x', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    ask(much);
    assert_string_equal(heard.why, "the answer is not HTTP");
}

static int set_up(void **state)
{
    (void)state;
    loop = loop_new();
    memset(&heard, 0, sizeof heard);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    loop_free(loop);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hosts_and_ports_are_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(urls_are_taken_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_name_that_is_not_there_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_asks_may_go_before_the_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_who_listens_is_reached, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_socket_that_is_not_there_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_dial_can_be_given_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_status_of_a_page_is_heard, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_page_is_told, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
