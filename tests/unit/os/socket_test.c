#include "os/socket.h"
#include "unit/os/race.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 10 };

static char folder[] = "/tmp/socket_test.XXXXXX";
static char path[108];
static char text[160]; /* its address */
static struct address address;
static struct error e;

static const struct listen_options plain = { .mode = -1, .uid = (uid_t)-1, .gid = (gid_t)-1 };

static int open_folder(void **state)
{
    (void)state;
    strcpy(strrchr(folder, '.'), ".XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/socket", folder);
    snprintf(text, sizeof text, "unix:%s", path);
    return address_parse(text, &address, &e) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void assert_says(const char *part)
{
    if (strstr(e.text, part) == NULL)
        print_error("'%s' does not say '%s'\n", e.text, part);
    assert_non_null(strstr(e.text, part));
}

static void the_longest_path_works(void **state)
{
    struct address a;
    int fd;

    (void)state;
    memset(path + strlen(path), 'x', sizeof path - 1 - strlen(path));
    path[sizeof path - 1] = '\0';
    assert_true(address_parse(path, &a, &e));
    fd = socket_listen(&a, &plain, &e);
    assert_true(fd >= 0);
    close(fd);
}

static void a_client_reaches_a_listener(void **state)
{
    int fd = socket_listen(&address, &plain, &e);
    int client, server;
    pid_t pid;
    uid_t uid;

    (void)state;
    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    client = socket_connect(&address, &e);
    assert_true(client >= 0);
    assert_true(fcntl(client, F_GETFD) & FD_CLOEXEC);
    assert_false(fcntl(client, F_GETFL) & O_NONBLOCK);
    server = accept(fd, NULL, NULL);
    assert_true(socket_peer(server, &pid, &uid));
    assert_int_equal(pid, getpid());
    assert_int_equal(uid, geteuid());
    close(server);
    close(client);
    close(fd);
}

static void the_file_has_its_mode_whatever_the_umask(void **state)
{
    struct listen_options o = plain;
    mode_t before = umask(077);
    struct stat st;
    int fd;

    (void)state;
    o.mode = 0660;
    o.gid = getegid();
    fd = socket_listen(&address, &o, &e);
    assert_int_equal(umask(before), 077);
    assert_true(fd >= 0);
    assert_return_code(stat(path, &st), errno);
    assert_int_equal(st.st_mode & 0777, 0660);
    close(fd);
}

/* Whoever owns the folder may have put a link where the socket was. */
static void new_options_are_not_for_what_a_link_leads_to(void **state)
{
    const struct listen_options options = { .mode = 0666, .uid = (uid_t)-1, .gid = (gid_t)-1 };
    int fd = socket_listen(&address, &plain, &e);
    char other[sizeof path + 8];
    struct stat st;

    (void)state;
    snprintf(other, sizeof other, "%s.other", path);
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(chmod(other, 0600), 0);
    assert_int_equal(symlink(other, path), 0);
    assert_false(socket_adjust(fd, &address, &options, &e));
    assert_says("cannot change the mode");
    assert_int_equal(stat(other, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    unlink(other);
    close(fd);
}

static void an_owner_that_may_not_be_given_is_an_error(void **state)
{
    struct listen_options o = plain;

    (void)state;
    if (geteuid() == 0)
        skip();
    o.uid = 0;
    assert_int_equal(socket_listen(&address, &o, &e), -1);
    assert_says("to its owner");
    assert_int_equal(access(path, F_OK), -1);
}

static void a_stale_socket_is_replaced(void **state)
{
    int fd = socket_listen(&address, &plain, &e);

    (void)state;
    close(fd);
    assert_return_code(access(path, F_OK), errno);
    fd = socket_listen(&address, &plain, &e);
    assert_true(fd >= 0);
    close(fd);
}

static void who_answers_already_is_named(void **state)
{
    int fd = socket_listen(&address, &plain, &e);
    char pid[32];

    (void)state;
    assert_int_equal(socket_listen(&address, &plain, &e), -1);
    snprintf(pid, sizeof pid, "(pid %d)", (int)getpid());
    assert_says(pid);
    assert_says(text);
    close(fd);
}

static void a_listener_too_busy_to_answer_lives(void **state)
{
    struct listen_options o = plain;
    int fd, clients[5], i;

    (void)state;
    o.backlog = 1;
    fd = socket_listen(&address, &o, &e);
    for (i = 0; i < 5; i++) {
        clients[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        connect(clients[i], (struct sockaddr *)&address.socket, address.length);
    }
    assert_int_equal(socket_listen(&address, &plain, &e), -1);
    assert_says("somebody answers");
    for (i = 0; i < 5; i++)
        close(clients[i]);
    close(fd);
}

static void what_is_no_socket_is_left_alone(void **state)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);

    (void)state;
    close(fd);
    assert_int_equal(socket_listen(&address, &plain, &e), -1);
    assert_says("is no socket");
    assert_return_code(access(path, F_OK), errno);
}

static void a_missing_directory_is_said(void **state)
{
    struct address a;

    (void)state;
    assert_true(address_parse("unix:/nope/reeve.sock", &a, &e));
    assert_int_equal(socket_listen(&a, &plain, &e), -1);
    assert_says("its directory does not exist");
}

static void a_client_learns_why_nobody_answers(void **state)
{
    int fd;

    (void)state;
    assert_int_equal(socket_connect(&address, &e), -1);
    assert_int_equal(errno, ENOENT);
    assert_says("there is no socket at");

    fd = socket_listen(&address, &plain, &e);
    close(fd);
    assert_int_equal(socket_connect(&address, &e), -1);
    assert_int_equal(errno, ECONNREFUSED);
    assert_says("nobody answers");

    if (geteuid() == 0)
        return;
    fd = socket_listen(&address, &plain, &e);
    chmod(path, 0);
    assert_int_equal(socket_connect(&address, &e), -1);
    assert_int_equal(errno, EACCES);
    assert_says("no permission");
    close(fd);
}

static void a_lack_of_descriptors_is_said(void **state)
{
    struct rlimit before, none;

    (void)state;
    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    assert_int_equal(socket_listen(&address, &plain, &e), -1);
    assert_says("Too many open files");
    assert_int_equal(socket_connect(&address, &e), -1);
    assert_int_equal(errno, EMFILE);
    setrlimit(RLIMIT_NOFILE, &before);
}

/* An address on a port of the kernel's choice becomes the one that was chosen. */
static int listen_anywhere(struct address *a, const char *written)
{
    int fd;

    assert_true(address_parse(written, a, &e));
    ((struct sockaddr_in *)&a->socket)->sin_port = 0;
    fd = socket_listen(a, &plain, &e);
    if (fd >= 0)
        assert_return_code(getsockname(fd, (struct sockaddr *)&a->socket, &a->length), errno);
    return fd;
}

static void tcp_listens_once_for_each_port(void **state)
{
    struct address a;
    int fd = listen_anywhere(&a, "tcp:127.0.0.1:1");
    int client;

    (void)state;
    assert_true(fd >= 0);
    client = socket_connect(&a, &e);
    assert_true(client >= 0);
    assert_false(socket_peer(client, NULL, NULL));
    assert_int_equal(socket_listen(&a, &plain, &e), -1);
    assert_says("another program does already");
    close(client);
    close(fd);
    assert_int_equal(socket_connect(&a, &e), -1);
    assert_int_equal(errno, ECONNREFUSED);
    fd = socket_listen(&a, &plain, &e);
    assert_true(fd >= 0);
    close(fd);
}

static void a_port_may_be_shared_when_asked(void **state)
{
    struct listen_options o = plain;
    struct address a;
    int first, second;

    (void)state;
    assert_true(address_parse("tcp:127.0.0.1:1", &a, &e));
    ((struct sockaddr_in *)&a.socket)->sin_port = 0;
    o.reuseport = true;
    first = socket_listen(&a, &o, &e);
    assert_true(first >= 0);
    getsockname(first, (struct sockaddr *)&a.socket, &a.length);
    second = socket_listen(&a, &o, &e);
    assert_true(second >= 0);
    close(first);
    close(second);
}

static void udp_is_bound(void **state)
{
    struct address a;
    int fd = listen_anywhere(&a, "udp:127.0.0.1:1");
    int client, kind;
    socklen_t length = sizeof kind;
    char c;

    (void)state;
    assert_true(fd >= 0);
    assert_return_code(getsockopt(fd, SOL_SOCKET, SO_TYPE, &kind, &length), errno);
    assert_int_equal(kind, SOCK_DGRAM);
    client = socket_connect(&a, &e);
    assert_int_equal(send(client, "x", 1, 0), 1);
    assert_int_equal(recv(fd, &c, 1, 0), 1);
    close(client);
    close(fd);
}

static void an_address_of_another_machine_is_refused(void **state)
{
    struct address a;

    (void)state;
    assert_true(address_parse("tcp:192.0.2.1:7279", &a, &e));
    assert_int_equal(socket_listen(&a, &plain, &e), -1);
    assert_says("no such address");
}

static bool listens(void)
{
    return socket_listen(&address, &plain, NULL) >= 0;
}

/* Each round leaves a stale socket for the next. */
static void of_many_starters_one_wins(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < ROUNDS; i++)
        assert_one_wins(listens);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_longest_path_works, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_client_reaches_a_listener, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(the_file_has_its_mode_whatever_the_umask, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(new_options_are_not_for_what_a_link_leads_to, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(an_owner_that_may_not_be_given_is_an_error, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_stale_socket_is_replaced, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(who_answers_already_is_named, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_listener_too_busy_to_answer_lives, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_is_no_socket_is_left_alone, open_folder, remove_folder),
        cmocka_unit_test(a_missing_directory_is_said),
        cmocka_unit_test_setup_teardown(a_client_learns_why_nobody_answers, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_lack_of_descriptors_is_said, open_folder, remove_folder),
        cmocka_unit_test(tcp_listens_once_for_each_port),
        cmocka_unit_test(a_port_may_be_shared_when_asked),
        cmocka_unit_test(udp_is_bound),
        cmocka_unit_test(an_address_of_another_machine_is_refused),
        cmocka_unit_test_setup_teardown(of_many_starters_one_wins, open_folder, remove_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
