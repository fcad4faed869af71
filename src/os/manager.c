#include "os/manager.h"

#include "base/log.h"
#include "os/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_un address;
static socklen_t address_length; /* 0: nobody is there */
static msec watchdog;
static bool keeps_sockets;

enum { PASSED_FIRST = 3, PASSED_MOST = 1024 };

/* What was passed and not taken yet: descriptors from PASSED_FIRST on, -1 for those that are gone. */
static int passed[PASSED_MOST];
static int passed_count;

/* "/run/…", or "@…" for one without a file. */
static void find_address(const char *text)
{
    size_t length = text != NULL ? strlen(text) : 0;

    address_length = 0;
    if (length < 2 || length >= sizeof address.sun_path || (*text != '/' && *text != '@'))
        return;
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, text, length);
    address_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    if (*text == '@')
        address.sun_path[0] = '\0';
    else
        address_length++;
}

static void find_watchdog(const char *usec, const char *pid)
{
    bool ours = pid == NULL || atol(pid) == (long)getpid();

    watchdog = usec != NULL && ours ? (msec)(atoll(usec) / 1000) : 0;
}

static void find_sockets(const char *count, const char *pid)
{
    long number = count != NULL && pid != NULL && atol(pid) == (long)getpid() ? atol(count) : 0;

    passed_count = number > PASSED_MOST ? PASSED_MOST : (int)number;
    for (int i = 0; i < passed_count; i++) {
        passed[i] = PASSED_FIRST + i;
        if (fcntl(passed[i], F_SETFD, FD_CLOEXEC) < 0)
            passed[i] = -1;
    }
}

/* What is said to us is not for our children: one with somebody else's LISTEN_FDS would look for sockets. */
static const char *const ours_alone[] = {
    "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "FDSTORE", NULL
};

void manager_find(void)
{
    find_address(getenv("NOTIFY_SOCKET"));
    find_watchdog(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"));
    find_sockets(getenv("LISTEN_FDS"), getenv("LISTEN_PID"));
    keeps_sockets = getenv("FDSTORE") != NULL && atol(getenv("FDSTORE")) > 0;
    for (const char *const *name = ours_alone; *name != NULL; name++)
        unsetenv(*name);
}

bool manager_is_there(void)
{
    return address_length > 0;
}

/* Once, until it hears again: what it is told comes again and again. */
static void note_failure(bool failed)
{
    static bool was;

    if (failed && !was)
        log_warning("cannot tell who waits at NOTIFY_SOCKET: %m");
    was = failed;
}

static void send_message(const struct msghdr *message)
{
    int fd;
    bool sent;

    if (address_length == 0)
        return;
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    do
        sent = fd >= 0 && sendmsg(fd, message, MSG_NOSIGNAL) >= 0;
    while (fd >= 0 && !sent && errno == EINTR);
    note_failure(!sent);
    if (fd >= 0)
        close(fd);
}

void manager_tell(const char *text)
{
    struct iovec iov = { .iov_base = (char *)text, .iov_len = strlen(text) };

    send_message(&(struct msghdr){
        .msg_name = &address, .msg_namelen = address_length, .msg_iov = &iov, .msg_iovlen = 1 });
}

msec manager_watchdog(void)
{
    return address_length > 0 ? watchdog : 0;
}

/* ---- sockets ----------------------------------------------------------------------------------- */

/* The kernel's word for where and what it is, not the name it was passed under. */
static bool is_at(int fd, const struct address *a)
{
    struct address its = { .kind = a->kind, .length = a->length };
    int type = 0, listens = 0;
    socklen_t size = sizeof its.socket;

    if (getsockname(fd, (struct sockaddr *)&its.socket, &size) < 0 || !address_equal(&its, a))
        return false;
    size = sizeof type;
    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
    if (a->kind == ADDRESS_UDP)
        return type == SOCK_DGRAM;
    size = sizeof listens;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens && type == SOCK_STREAM;
}

/* A Unix socket whose file has gone can be reached by nobody. */
static bool can_be_reached(const struct address *a)
{
    return a->kind != ADDRESS_UNIX || socket_file(a).inode != 0;
}

int manager_take_socket(const struct address *a)
{
    for (int i = 0; i < passed_count; i++) {
        int fd = passed[i];

        if (fd < 0 || !is_at(fd, a) || !can_be_reached(a))
            continue;
        passed[i] = -1;
        return fd;
    }
    return -1;
}

void manager_drop_rest(void)
{
    for (int i = 0; i < passed_count; i++)
        if (passed[i] >= 0) {
            log_notice("descriptor %d, passed by the service manager, is no socket of the configuration: closed",
                       passed[i]);
            close(passed[i]);
        }
    passed_count = 0;
}

void manager_keep_socket(const char *name, int fd)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = { .header = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int)) } };
    char text[300];
    struct iovec iov = { .iov_base = text };

    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    iov.iov_len = (size_t)snprintf(text, sizeof text, "FDSTORE=1\nFDNAME=%.200s", name);
    send_message(&(struct msghdr){ .msg_name = &address,
                                   .msg_namelen = address_length,
                                   .msg_iov = &iov,
                                   .msg_iovlen = 1,
                                   .msg_control = control.room,
                                   .msg_controllen = sizeof control.room });
}

void manager_forget_socket(const char *name)
{
    char text[300];

    snprintf(text, sizeof text, "FDSTOREREMOVE=1\nFDNAME=%.200s", name);
    manager_tell(text);
}

bool manager_keeps_sockets(void)
{
    return address_length > 0 && keeps_sockets;
}
