#include "os/acceptor.h"

#include "os/clock.h"
#include "os/connection.h"
#include "turn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MANY = 1000 };

static struct acceptor *acceptor;
static struct sockaddr_un place;
static int listener; /* the acceptor's */
static int accepted[MANY];
static struct connection *connections[MANY];
static int clients[MANY];
static int count, expected, answers;
static void (*on_accepted)(void);

static void on_accept(int fd, void *arg)
{
    (void)arg;
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    accepted[count++] = fd;
    if (on_accepted != NULL)
        on_accepted();
}

/* On an address of the kernel's choice, which is no file. */
static int open_acceptor(void **state)
{
    socklen_t length = sizeof place;

    open_loop(state);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    place = (struct sockaddr_un){ .sun_family = AF_UNIX };
    assert_return_code(bind(listener, (struct sockaddr *)&place, sizeof place.sun_family), errno);
    assert_return_code(getsockname(listener, (struct sockaddr *)&place, &length), errno);
    assert_return_code(listen(listener, MANY), errno);
    acceptor = acceptor_open(loop, listener, on_accept, NULL);
    count = 0;
    on_accepted = NULL;
    return 0;
}

static int close_acceptor(void **state)
{
    acceptor_close(acceptor);
    return close_loop(state);
}

static int connect_one(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t length = sizeof place.sun_family + 1 + strlen(place.sun_path + 1);

    assert_true(fd >= 0);
    assert_return_code(connect(fd, (struct sockaddr *)&place, length), errno);
    return fd;
}

static bool all_accepted(void)
{
    return count == expected;
}

static size_t answer(struct connection *c, const char *data, size_t length, void *arg)
{
    (void)arg;
    answers++;
    connection_write(c, data, length);
    return length;
}

static void on_end(struct connection *c, bool broken, void *arg)
{
    (void)c;
    (void)broken;
    (void)arg;
}

static bool all_answered(void)
{
    return answers == MANY;
}

static void raise_limit(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < 2 * MANY + 50)
        skip();
}

static void a_thousand_clients_are_served(void **state)
{
    char text[32], back[32];
    int i, length;

    (void)state;
    raise_limit();
    for (i = 0; i < MANY; i++)
        clients[i] = connect_one();
    expected = MANY;
    turn_until(all_accepted);

    answers = 0;
    for (i = 0; i < MANY; i++) {
        connections[i] = connection_open(loop, accepted[i], answer, on_end, NULL);
        length = snprintf(text, sizeof text, "client %d", i);
        assert_int_equal(write(clients[i], text, (size_t)length), length);
    }
    turn_until(all_answered);
    for (i = 0; i < MANY; i++) {
        length = snprintf(text, sizeof text, "client %d", i);
        assert_int_equal(read(clients[i], back, sizeof back), length);
        assert_memory_equal(back, text, length);
        close(clients[i]);
        connection_close(connections[i]);
    }
}

static struct rlimit before;

static void give_descriptors_back(void *arg)
{
    (void)arg;
    setrlimit(RLIMIT_NOFILE, &before);
}

/* In microseconds. */
static long long cpu_used(void)
{
    struct rusage used;

    getrusage(RUSAGE_SELF, &used);
    return used.ru_utime.tv_usec + used.ru_stime.tv_usec + 1000000LL * (used.ru_utime.tv_sec + used.ru_stime.tv_sec);
}

/* Long enough for a loop that spins to be seen. */
static void a_lack_of_descriptors_is_waited_out(void **state)
{
    struct rlimit limit;
    long long cpu;

    (void)state;
    clients[0] = connect_one();
    getrlimit(RLIMIT_NOFILE, &before);
    limit = before;
    limit.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &limit);
    timer_start(loop, 300, give_descriptors_back, NULL);

    cpu = cpu_used();
    expected = 1;
    turn_until(all_accepted);
    assert_true(cpu_used() - cpu < 200000);
    close(clients[0]);
    close(accepted[0]);
}

static int gone;

static void let_go(void *arg)
{
    close(*(const int *)arg);
    gone++;
}

static bool all_gone(void)
{
    return gone == expected;
}

static void let_go_soon(void)
{
    timer_start(loop, 1, let_go, &accepted[count - 1]);
}

/* Two fit in at a time: they would be ten seconds, were each shortage waited out for one. */
static void a_crowd_that_leaves_at_once_is_soon_over(void **state)
{
    struct rlimit limit;
    msec began = clock_now();

    (void)state;
    for (int i = 0; i < 20; i++)
        clients[i] = connect_one();
    getrlimit(RLIMIT_NOFILE, &before);
    limit = before;
    limit.rlim_cur = (rlim_t)clients[19] + 3;
    setrlimit(RLIMIT_NOFILE, &limit);
    on_accepted = let_go_soon;
    expected = 20;
    gone = 0;
    turn_until(all_gone);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_true(clock_now() - began < 5000);
    for (int i = 0; i < 20; i++)
        close(clients[i]);
}

static void close_at_once(void)
{
    acceptor_close(acceptor);
    acceptor = NULL;
}

static void the_owner_may_close_in_the_callback(void **state)
{
    (void)state;
    clients[0] = connect_one();
    clients[1] = connect_one();
    on_accepted = close_at_once;
    expected = 1;
    turn_until(all_accepted);
    assert_null(acceptor);
    assert_int_equal(fcntl(listener, F_GETFD), -1);
    close(clients[0]);
    close(clients[1]);
    close(accepted[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_thousand_clients_are_served, open_acceptor, close_acceptor),
        cmocka_unit_test_setup_teardown(a_lack_of_descriptors_is_waited_out, open_acceptor, close_acceptor),
        cmocka_unit_test_setup_teardown(a_crowd_that_leaves_at_once_is_soon_over, open_acceptor, close_acceptor),
        cmocka_unit_test_setup_teardown(the_owner_may_close_in_the_callback, open_acceptor, close_acceptor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
