#include "base/syslogger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/reeve-syslog-XXXXXX";
static char path[64];
static int server = -1;

/* A daemon, as far as its socket goes. */
static void listen_as(int type)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };

    snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
    unlink(path);
    server = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server, (struct sockaddr *)&name, sizeof name), 0);
    if (type == SOCK_STREAM)
        assert_int_equal(listen(server, 5), 0);
}

static int tear_down(void **state)
{
    (void)state;
    if (server >= 0)
        close(server);
    server = -1;
    syslogger_use(path);
    syslogger_set_facility(LOG_DAEMON);
    unlink(path);
    return 0;
}

static bool send_text(int priority, const char *text)
{
    return syslogger_send(priority, text, strlen(text));
}

static const char *receive(int fd)
{
    static char text[512];
    ssize_t n = recv(fd, text, sizeof text - 1, MSG_DONTWAIT);

    if (n < 0)
        return "nothing";
    text[n] = '\0';
    return text;
}

/* The shape of what syslog(3) sends. */
static void a_message_looks_like_libcs(void **state)
{
    char month[4], want[160], got[512];
    int priority, day, hour, minute, second, pid, used = 0;
    time_t now = time(NULL);
    struct tm t;

    (void)state;
    listen_as(SOCK_DGRAM);
    assert_true(send_text(LOG_WARNING, "web:1 %s is ready"));
    snprintf(got, sizeof got, "%s", receive(server));
    assert_int_equal(
        sscanf(got, "<%d>%3s %d %d:%d:%d reeve[%d]: %n", &priority, month, &day, &hour, &minute, &second, &pid, &used),
        7);
    assert_int_equal(priority, LOG_DAEMON | LOG_WARNING);
    assert_int_equal(pid, getpid());
    assert_string_equal(got + used, "web:1 %s is ready");
    localtime_r(&now, &t);
    strftime(want, sizeof want, "%b %e", &t);
    assert_memory_equal(strchr(got, '>') + 1, want, strlen(want));
}

static void the_facility_is_the_configured_one(void **state)
{
    (void)state;
    listen_as(SOCK_DGRAM);
    syslogger_set_facility(LOG_LOCAL3);
    assert_true(send_text(LOG_ERR, "x"));
    assert_int_equal(atoi(receive(server) + 1), LOG_LOCAL3 | LOG_ERR);
}

static void a_stuck_daemon_does_not_hold_us(void **state)
{
    int sent = 0;

    (void)state;
    listen_as(SOCK_DGRAM);
    while (sent < 100000 && send_text(LOG_INFO, "one more"))
        sent++;
    assert_in_range(sent, 1, 99999);
    assert_int_equal(errno, EAGAIN);
    receive(server);
    assert_true(send_text(LOG_INFO, "there is room again"));
}

static void a_daemon_that_was_started_again_is_found(void **state)
{
    (void)state;
    assert_false(send_text(LOG_INFO, "nobody is there"));
    assert_int_equal(errno, ENOENT);
    listen_as(SOCK_DGRAM);
    assert_true(send_text(LOG_INFO, "first"));
    close(server);
    assert_false(send_text(LOG_INFO, "it is gone"));
    assert_int_equal(errno, ECONNREFUSED);
    listen_as(SOCK_DGRAM);
    assert_true(send_text(LOG_INFO, "second"));
    assert_non_null(strstr(receive(server), ": second"));
    close(server);
    listen_as(SOCK_DGRAM);
    assert_true(send_text(LOG_INFO, "not one is lost"));
    assert_non_null(strstr(receive(server), ": not one is lost"));
}

static void a_connection_outlives_its_path(void **state)
{
    (void)state;
    listen_as(SOCK_DGRAM);
    syslogger_open();
    unlink(path);
    assert_true(send_text(LOG_INFO, "still here"));
    assert_non_null(strstr(receive(server), ": still here"));
}

static void an_old_daemon_gets_a_stream(void **state)
{
    int fd;

    (void)state;
    listen_as(SOCK_STREAM);
    assert_true(send_text(LOG_INFO, "one"));
    assert_true(send_text(LOG_INFO, "two"));
    fd = accept(server, NULL, NULL);
    assert_true(fd >= 0);
    assert_non_null(strstr(receive(fd), ": one"));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_message_looks_like_libcs, tear_down),
        cmocka_unit_test_teardown(the_facility_is_the_configured_one, tear_down),
        cmocka_unit_test_teardown(a_stuck_daemon_does_not_hold_us, tear_down),
        cmocka_unit_test_teardown(a_daemon_that_was_started_again_is_found, tear_down),
        cmocka_unit_test_teardown(a_connection_outlives_its_path, tear_down),
        cmocka_unit_test_teardown(an_old_daemon_gets_a_stream, tear_down),
    };
    int failed;

    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/log", folder);
    syslogger_use(path);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
