#include "os/daemon.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the daemon says to the test, beside the caller. */
struct report {
    pid_t pid, session;
    bool stdio_is_null;
};

static int reports[2];
static char errors[8192]; /* what the caller printed */
static struct report report;

static bool is_null(int fd)
{
    struct stat st, null;

    return fstat(fd, &st) == 0 && stat("/dev/null", &null) == 0 && st.st_rdev == null.st_rdev;
}

static void write_report(void)
{
    struct report r = { getpid(), getsid(0), is_null(0) && is_null(1) && is_null(2) };

    if (write(reports[1], &r, sizeof r) != sizeof r)
        _exit(1);
}

static void __attribute__((noreturn)) be_caller(void (*body)(void), int out)
{
    dup2(out, STDERR_FILENO);
    close(out);
    if (!daemon_start(NULL))
        _exit(99);
    body();
    _exit(0);
}

static void read_errors(int fd)
{
    size_t length = 0;
    ssize_t n;

    while ((n = read(fd, errors + length, sizeof errors - 1 - length)) > 0)
        length += (size_t)n;
    errors[length] = '\0';
}

/* Run `body` as a daemon; returns the caller's exit status. */
static int call(void (*body)(void))
{
    int out[2], status = 0;
    pid_t pid;

    memset(&report, 0, sizeof report);
    assert_return_code(pipe2(out, O_CLOEXEC), errno);
    assert_return_code(pipe2(reports, O_CLOEXEC), errno);
    fflush(NULL);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        be_caller(body, out[1]);
    close(out[1]);
    close(reports[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    read_errors(out[0]);
    if (read(reports[0], &report, sizeof report) < 0)
        report.pid = 0;
    close(out[0]);
    close(reports[0]);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void start_well(void)
{
    daemon_ready();
    write_report();
}

static void a_ready_daemon_lets_its_caller_go(void **state)
{
    (void)state;
    assert_int_equal(call(start_well), 0);
    assert_string_equal(errors, "");
    assert_true(report.pid > 0);
    assert_true(report.stdio_is_null);
    assert_int_not_equal(report.session, getsid(0));
    assert_int_not_equal(report.session, report.pid);
}

static void fail_loudly(void)
{
    daemon_failed("Reload: the file has an error");
    daemon_failed("and another one");
}

static void the_caller_prints_why_it_failed(void **state)
{
    (void)state;
    assert_int_equal(call(fail_loudly), 1);
    assert_string_equal(errors, "Reload: the file has an error\nand another one\n");
}

static void fail_at_length(void)
{
    char message[7001];

    memset(message, 'x', 7000);
    message[7000] = '\0';
    daemon_failed(message);
}

static void a_long_message_comes_whole(void **state)
{
    (void)state;
    assert_int_equal(call(fail_at_length), 1);
    assert_int_equal(strlen(errors), 7001);
}

static void die(void)
{
    kill(getpid(), SIGKILL);
}

static void a_daemon_that_dies_is_a_failure(void **state)
{
    (void)state;
    assert_int_equal(call(die), 1);
    assert_non_null(strstr(errors, "ended before it was ready"));
}

static void fail_then_be_ready(void)
{
    daemon_failed("no socket");
    daemon_ready();
}

static void a_failure_is_not_taken_back(void **state)
{
    (void)state;
    assert_int_equal(call(fail_then_be_ready), 1);
    assert_string_equal(errors, "no socket\n");
}

static void without_a_daemon_nothing_happens(void **state)
{
    (void)state;
    daemon_failed("nobody hears it");
    daemon_ready();
    assert_true(fcntl(STDERR_FILENO, F_GETFD) >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ready_daemon_lets_its_caller_go), cmocka_unit_test(the_caller_prints_why_it_failed),
        cmocka_unit_test(a_long_message_comes_whole),        cmocka_unit_test(a_daemon_that_dies_is_a_failure),
        cmocka_unit_test(a_failure_is_not_taken_back),       cmocka_unit_test(without_a_daemon_nothing_happens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
