/* Messages to the system's log: taken, or refused at once. */
#include "os/system_log.h"

#include "os/clock.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syslog.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/* A /dev with nothing in it; false: only root may. */
static bool hide_dev(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", "/dev", "tmpfs", 0, NULL) == 0;
}

static int open_log(void)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
    return fd;
}

static void a_message_is_taken_as_one_line(void **state)
{
    char text[9000], end[100];
    struct error e;
    ssize_t n;
    int fd;

    (void)state;
    if (!hide_dev())
        skip();
    fd = open_log();
    assert_true(system_log_send(LOG_LOCAL3 | LOG_ERR, "reeve", "one %s\ntwo", &e));
    n = recv(fd, text, sizeof text - 1, MSG_DONTWAIT);
    assert_true(n > 0);
    text[n] = '\0';
    snprintf(end, sizeof end, " reeve[%d]: one %%s", (int)getpid());
    assert_int_equal(strncmp(text, "<155>", 5), 0);
    assert_string_equal(text + n - strlen(end), end);
    close(fd);
}

static void a_long_message_is_cut(void **state)
{
    static char line[20000], text[20000];
    int fd;

    (void)state;
    if (!hide_dev())
        skip();
    fd = open_log();
    memset(line, 'x', sizeof line - 1);
    assert_true(system_log_send(LOG_ERR, "reeve", line, NULL));
    assert_int_equal(recv(fd, text, sizeof text, MSG_DONTWAIT), 8191);
    assert_int_equal(strncmp(text, "<27>", 4), 0);
    close(fd);
}

static void a_daemon_that_does_not_read_is_not_waited_for(void **state)
{
    struct error e = { "" };
    msec before;
    int fd;

    (void)state;
    if (!hide_dev())
        skip();
    fd = open_log();
    before = clock_now();
    for (int i = 0; i < 10000 && system_log_send(LOG_ERR, "reeve", "again", &e); i++)
        ;
    assert_string_equal(e.text, "the system's log does not read its socket /dev/log");
    assert_true(clock_now() - before < 5000);
    close(fd);
}

static void a_system_without_a_log_is_told(void **state)
{
    struct error e;

    (void)state;
    if (!hide_dev())
        skip();
    assert_false(system_log_send(LOG_ERR, "reeve", "nobody", &e));
    assert_string_equal(e.text, "cannot reach the system's log at /dev/log: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_taken_as_one_line),
        cmocka_unit_test(a_long_message_is_cut),
        cmocka_unit_test(a_daemon_that_does_not_read_is_not_waited_for),
        cmocka_unit_test(a_system_without_a_log_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
