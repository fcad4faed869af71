/* Sockets that are held for programs, with the real kernel. */
#include "core/sockets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "unit/core/plans.h"

static char folder[] = "/tmp/reeve-sockets.XXXXXX";
static struct sockets *sockets;

static int begin(void **state)
{
    (void)state;
    strcpy(strrchr(folder, '.'), ".XXXXXX");
    sockets = sockets_new();
    return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    sockets_free(sockets);
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static int free_port(void)
{
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof in;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(bind(fd, (struct sockaddr *)&in, sizeof in) == 0);
    assert_true(getsockname(fd, (struct sockaddr *)&in, &length) == 0);
    close(fd);
    return ntohs(in.sin_port);
}

static void declare(struct plan *plan, const char *name, const char *settings)
{
    struct socket_settings *s = socket_settings_new(name, "s.lua", 3);
    struct value v = value_of(settings);
    struct problems problems = { 0 };
    const struct record_source from = { "socket", name, "s.lua", 3, line_of, NULL, &problems };

    record_read(s, v.table, &from);
    socket_settings_check(s, &from);
    assert_int_equal(problems.count, 0);
    assert_true(plan_add_socket(plan, s, &problems));
    value_clear(&v);
}

/* A plan of one socket, or (`settings` NULL) none. */
static struct plan *a_plan(const char *name, const char *settings)
{
    struct plan *plan = plan_new();

    if (settings != NULL)
        declare(plan, name, settings);
    return plan;
}

static bool follow(struct plan *plan, struct problems *problems)
{
    bool good = sockets_follow(sockets, plan, problems);

    plan_release(plan);
    return good;
}

static char *tcp(int port, const char *more)
{
    return xasprintf("{'listen':'tcp:127.0.0.1:%d'%s}", port, more);
}

static bool answers(const char *text)
{
    struct address a;
    int fd;

    assert_true(address_parse(text, &a, NULL));
    fd = socket_connect(&a, NULL);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static ino_t inode_of(int fd)
{
    struct stat st;

    assert_true(fstat(fd, &st) == 0);
    return st.st_ino;
}

static void assert_mode(const char *path, mode_t mode)
{
    struct stat st;

    assert_true(stat(path, &st) == 0);
    assert_int_equal(st.st_mode & 0777, mode);
}

/* ---- opening and closing ----------------------------------------------------------------------- */

static void a_socket_is_open_as_it_was_said(void **state)
{
    struct plan *plan = a_plan("web", "{'listen':'unix:web.sock','mode':'0620'}");
    int fd;

    (void)state;
    declare(plan, "log", "{'listen':'unix:log.sock'}");
    assert_true(follow(plan, NULL));
    fd = sockets_find(sockets, "web");
    assert_true(fd >= 0);
    assert_true(fd != sockets_find(sockets, "log"));
    assert_int_equal(sockets_find(sockets, "wob"), -1);
    assert_true(answers("unix:web.sock"));
    assert_mode("web.sock", 0620);
    assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
}

static void a_datagram_socket_takes_datagrams(void **state)
{
    int port = free_port(), from = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    char *settings = xasprintf("{'listen':'udp:127.0.0.1:%d'}", port), text[8];
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

    (void)state;
    assert_true(follow(a_plan("log", settings), NULL));
    assert_int_equal(sendto(from, "hello", 5, 0, (struct sockaddr *)&to, sizeof to), 5);
    assert_int_equal(recv(sockets_find(sockets, "log"), text, sizeof text, 0), 5);
    close(from);
    free(settings);
}

static void what_nobody_wants_any_more_is_closed(void **state)
{
    (void)state;
    assert_true(follow(a_plan("web", "{'listen':'unix:web.sock'}"), NULL));
    assert_true(follow(a_plan(NULL, NULL), NULL));
    assert_int_equal(sockets_find(sockets, "web"), -1);
    assert_true(access("web.sock", F_OK) != 0);
}

static void a_file_that_is_not_ours_any_more_stays(void **state)
{
    int fd;

    (void)state;
    assert_true(follow(a_plan("web", "{'listen':'unix:web.sock'}"), NULL));
    assert_true(rename("web.sock", "away.sock") == 0);
    fd = open("web.sock", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    close(fd);
    assert_true(follow(a_plan(NULL, NULL), NULL));
    assert_true(unlink("web.sock") == 0);
    assert_true(unlink("away.sock") == 0);
}

/* ---- from one plan to the next ----------------------------------------------------------------- */

static void an_address_stays_open_under_whatever_name(void **state)
{
    int fd;
    ino_t inode;

    (void)state;
    assert_true(follow(a_plan("web", "{'listen':'unix:web.sock'}"), NULL));
    fd = sockets_find(sockets, "web");
    inode = inode_of(fd);
    assert_true(follow(a_plan("web", "{'listen':'unix:web.sock'}"), NULL));
    assert_int_equal(sockets_find(sockets, "web"), fd);
    assert_true(follow(a_plan("site", "{'listen':'unix:web.sock'}"), NULL));
    assert_int_equal(sockets_find(sockets, "web"), -1);
    assert_int_equal(sockets_find(sockets, "site"), fd);
    assert_true(inode_of(fd) == inode);
    assert_true(answers("unix:web.sock"));
}

static void two_sockets_may_change_places(void **state)
{
    struct plan *plan = a_plan("a", "{'listen':'unix:1.sock'}"), *next = a_plan("a", "{'listen':'unix:2.sock'}");
    int one, two;

    (void)state;
    declare(plan, "b", "{'listen':'unix:2.sock'}");
    declare(next, "b", "{'listen':'unix:1.sock'}");
    assert_true(follow(plan, NULL));
    one = sockets_find(sockets, "a");
    two = sockets_find(sockets, "b");
    assert_true(follow(next, NULL));
    assert_int_equal(sockets_find(sockets, "a"), two);
    assert_int_equal(sockets_find(sockets, "b"), one);
}

static void another_address_is_another_socket(void **state)
{
    ino_t inode;

    (void)state;
    assert_true(follow(a_plan("web", "{'listen':'unix:old.sock'}"), NULL));
    inode = inode_of(sockets_find(sockets, "web"));
    assert_true(follow(a_plan("web", "{'listen':'unix:new.sock'}"), NULL));
    assert_true(inode_of(sockets_find(sockets, "web")) != inode);
    assert_true(answers("unix:new.sock"));
    assert_true(access("old.sock", F_OK) != 0);
}

/* A child holds the socket too, so it could not be opened anew. */
static void new_options_hold_for_the_open_socket(void **state)
{
    int child;
    ino_t inode;

    (void)state;
    assert_true(follow(a_plan("web", "{'listen':'unix:web.sock','mode':'0600','backlog':1}"), NULL));
    inode = inode_of(sockets_find(sockets, "web"));
    child = dup(sockets_find(sockets, "web"));
    assert_true(follow(a_plan("web", "{'listen':'unix:web.sock','mode':'0666','backlog':8}"), NULL));
    assert_true(inode_of(sockets_find(sockets, "web")) == inode);
    assert_mode("web.sock", 0666);
    for (int i = 0; i < 6; i++)
        assert_true(answers("unix:web.sock"));
    close(child);
}

static void a_port_may_be_shared_later(void **state)
{
    int port = free_port();
    char *alone = tcp(port, ""), *shared = tcp(port, ",'reuseport':true");
    struct plan *both = a_plan("a", shared);
    ino_t inode;

    (void)state;
    assert_true(follow(a_plan("a", alone), NULL));
    inode = inode_of(sockets_find(sockets, "a"));
    declare(both, "b", shared);
    assert_true(follow(both, NULL));
    assert_true(inode_of(sockets_find(sockets, "a")) == inode);
    assert_true(inode_of(sockets_find(sockets, "b")) != inode);
    free(alone);
    free(shared);
}

static void who_shares_a_port_keeps_his_own(void **state)
{
    int port = free_port(), a, b;
    char *shared = tcp(port, ",'reuseport':true");

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct plan *both = a_plan("a", shared);

        declare(both, "b", shared);
        assert_true(follow(both, NULL));
        if (i == 0) {
            a = sockets_find(sockets, "a");
            b = sockets_find(sockets, "b");
        }
    }
    assert_int_equal(sockets_find(sockets, "a"), a);
    assert_int_equal(sockets_find(sockets, "b"), b);
    free(shared);
}

static void root_can_give_it_to_another_owner(void **state)
{
    struct stat st;

    (void)state;
    if (geteuid() != 0)
        skip();
    assert_true(follow(a_plan("web", "{'listen':'unix:web.sock'}"), NULL));
    assert_true(follow(a_plan("web", "{'listen':'unix:web.sock','owner':'65530'}"), NULL));
    assert_true(stat("web.sock", &st) == 0);
    assert_int_equal(st.st_uid, 65530);
}

/* ---- failures ---------------------------------------------------------------------------------- */

static void nothing_changes_when_one_cannot_be_opened(void **state)
{
    struct plan *next = a_plan("web", "{'listen':'unix:web.sock','mode':'0666'}");
    struct problems problems = { 0 };
    int fd;

    (void)state;
    assert_true(follow(a_plan("web", "{'listen':'unix:web.sock','mode':'0600'}"), NULL));
    fd = sockets_find(sockets, "web");
    declare(next, "new", "{'listen':'unix:new.sock'}");
    declare(next, "far", "{'listen':'unix:no/such/far.sock'}");
    assert_false(follow(next, &problems));
    assert_problems(&problems,
                    "s.lua:106: socket 'far': cannot listen at unix:no/such/far.sock: its directory does not "
                    "exist\n");
    assert_int_equal(sockets_find(sockets, "web"), fd);
    assert_int_equal(sockets_find(sockets, "new"), -1);
    assert_true(access("new.sock", F_OK) != 0);
    assert_mode("web.sock", 0600);
    assert_true(answers("unix:web.sock"));
}

static void a_taken_port_is_told(void **state)
{
    int port = free_port();
    char *settings = tcp(port, "");
    struct sockets *other = sockets_new(), *ours = sockets;
    struct problems problems = { 0 };
    char expected[160];

    (void)state;
    assert_true(follow(a_plan("web", settings), NULL));
    sockets = other;
    assert_false(follow(a_plan("web", settings), &problems));
    snprintf(expected, sizeof expected,
             "s.lua:106: socket 'web': cannot listen at tcp:127.0.0.1:%d: another program does already\n", port);
    assert_problems(&problems, expected);
    sockets_free(other);
    sockets = ours;
    free(settings);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_socket_is_open_as_it_was_said),
        TEST(a_datagram_socket_takes_datagrams),
        TEST(what_nobody_wants_any_more_is_closed),
        TEST(a_file_that_is_not_ours_any_more_stays),
        TEST(an_address_stays_open_under_whatever_name),
        TEST(two_sockets_may_change_places),
        TEST(another_address_is_another_socket),
        TEST(new_options_hold_for_the_open_socket),
        TEST(a_port_may_be_shared_later),
        TEST(who_shares_a_port_keeps_his_own),
        TEST(root_can_give_it_to_another_owner),
        TEST(nothing_changes_when_one_cannot_be_opened),
        TEST(a_taken_port_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
