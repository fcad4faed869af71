/* sd_notify in both directions: what our children tell us, and what we tell our manager. */
#include "os/clock.h"
#include "os/manager.h"
#include "os/notify.h"
#include "os/procfs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct loop *loop;
static pid_t sender;
static char text[8192];

static void on_notice(pid_t pid, const char *said, void *arg)
{
    (void)arg;
    sender = pid;
    snprintf(text, sizeof text, "%s", said);
    loop_end(loop);
}

static int set_up(void **state)
{
    struct notify *n;

    loop = loop_new();
    n = notify_open(loop, on_notice, NULL, NULL);
    assert_non_null(n);
    sender = 0;
    text[0] = '\0';
    setenv("NOTIFY_SOCKET", notify_address(n), 1);
    setenv("WATCHDOG_USEC", "20000000", 1);
    manager_find();
    *state = n;
    return 0;
}

static int tear_down(void **state)
{
    notify_close(*state);
    loop_free(loop);
    return 0;
}

static void a_message_comes_with_its_sender(void **state)
{
    (void)state;
    assert_true(manager_is_there());
    manager_tell("READY=1\nSTATUS=fine");
    loop_run(loop);
    assert_int_equal(sender, getpid());
    assert_string_equal(text, "READY=1\nSTATUS=fine");
}

static void the_variables_are_not_for_children(void **state)
{
    (void)state;
    assert_null(getenv("NOTIFY_SOCKET"));
    assert_null(getenv("WATCHDOG_USEC"));
    assert_int_equal(manager_watchdog(), 20000);
    manager_find();
    assert_false(manager_is_there());
    assert_int_equal(manager_watchdog(), 0);
    manager_tell("READY=1"); /* to nobody */
}

static void a_watchdog_of_somebody_else_is_none(void **state)
{
    struct notify *n = *state;

    setenv("NOTIFY_SOCKET", notify_address(n), 1);
    setenv("WATCHDOG_USEC", "20000000", 1);
    setenv("WATCHDOG_PID", "1", 1);
    manager_find();
    assert_true(manager_is_there());
    assert_int_equal(manager_watchdog(), 0);
}

static void nonsense_is_no_manager(void **state)
{
    static const char *const bad[] = { "", "/", "@", "relative", "vsock:2:1234" };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        setenv("NOTIFY_SOCKET", bad[i], 1);
        manager_find();
        assert_false(manager_is_there());
    }
}

/* With a descriptor, as BARRIER=1 comes. */
static void send_with_descriptor(const char *address, int fd)
{
    struct sockaddr_un un = { .sun_family = AF_UNIX };
    char control[CMSG_SPACE(sizeof fd)] = { 0 };
    struct iovec io = { .iov_base = (char[]){ "BARRIER=1" }, .iov_len = 9 };
    struct msghdr m = {
        .msg_name = &un, .msg_iov = &io, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
    };
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    int s = socket(AF_UNIX, SOCK_DGRAM, 0);

    memcpy(un.sun_path, address, strlen(address));
    un.sun_path[0] = '\0';
    m.msg_namelen = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(address));
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(c), &fd, sizeof fd);
    assert_int_equal(sendmsg(s, &m, 0), 9);
    close(s);
}

static void descriptors_that_come_along_are_closed(void **state)
{
    int end[2];
    char byte;

    assert_int_equal(pipe(end), 0);
    send_with_descriptor(notify_address(*state), end[1]);
    close(end[1]);
    fcntl(end[0], F_SETFL, O_NONBLOCK);
    assert_int_equal(read(end[0], &byte, 1), -1);
    assert_int_equal(errno, EAGAIN);
    loop_run(loop);
    assert_string_equal(text, "BARRIER=1");
    assert_int_equal(read(end[0], &byte, 1), 0);
    close(end[0]);
}

/* A connection whose end waits for a reader who never reads; all its other holders have gone. */
static int make_lingering(int *reader)
{
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct linger linger = { .l_onoff = 1, .l_linger = 20 };
    socklen_t length = sizeof in;
    static char much[1 << 16];
    int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(listener, (struct sockaddr *)&in, length), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&in, &length), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&in, length), 0);
    *reader = accept(listener, NULL, NULL);
    close(listener);
    while (send(fd, much, sizeof much, MSG_DONTWAIT) > 0)
        continue;
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    return fd;
}

static void the_end_of_what_comes_along_holds_nobody_up(void **state)
{
    int reader, fd = make_lingering(&reader);
    msec before = clock_now();

    send_with_descriptor(notify_address(*state), fd);
    close(fd);
    loop_run(loop);
    assert_string_equal(text, "BARRIER=1");
    assert_true(clock_now() - before < 10000);
    close(reader);
}

static void what_is_too_long_is_not_heard(void **state)
{
    static char much[6000];

    (void)state;
    memset(much, 'x', sizeof much - 1);
    manager_tell(much);
    manager_tell("READY=1");
    loop_run(loop);
    assert_string_equal(text, "READY=1");
}

static void add_field(const char *key, const char *value, void *arg)
{
    char *all = arg;

    sprintf(all + strlen(all), "%s:%s;", key, value);
}

static void fields_are_told_one_by_one(void **state)
{
    char all[256] = "";

    (void)state;
    notify_each("READY=1\n\nnonsense\n=x\nSTATUS=a=b\nEMPTY=\nLAST=1", add_field, all);
    assert_string_equal(all, "READY:1;STATUS:a=b;EMPTY:;LAST:1;");
}

static void the_kernel_knows_families(void **state)
{
    (void)state;
    assert_int_equal(procfs_parent(getpid()), getppid());
    assert_int_equal(procfs_session(getpid()), getsid(0));
    assert_true(procfs_memory(getpid()) > 100000);
    assert_int_equal(procfs_parent(1 << 29), 0);
    assert_int_equal(procfs_session(1 << 29), 0);
    assert_int_equal(procfs_memory(1 << 29), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_message_comes_with_its_sender, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_variables_are_not_for_children, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_watchdog_of_somebody_else_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nonsense_is_no_manager, set_up, tear_down),
        cmocka_unit_test_setup_teardown(descriptors_that_come_along_are_closed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_end_of_what_comes_along_holds_nobody_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_too_long_is_not_heard, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fields_are_told_one_by_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_kernel_knows_families, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
