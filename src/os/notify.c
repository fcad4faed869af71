#include "os/notify.h"

#include "base/xalloc.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Nobody has more to say of himself; so many are heard at a time before others get their turn; and more descriptors
 * than the kernel passes in one message cannot come. */
enum { MESSAGE_MOST = 4096, MESSAGES_AT_ONCE = 64, DESCRIPTORS_MOST = 253 };

struct notify {
    int fd;
    struct watch *watch;
    char address[sizeof(((struct sockaddr_un *)0)->sun_path) + 2];
    notify_fn *fn;
    void *arg;
};

/* Close what came with the message: systemd's BARRIER waits for just that. Who it is from: 0 if the kernel does not
 * say. */
static pid_t look_through(struct msghdr *message)
{
    pid_t pid = 0;

    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level != SOL_SOCKET)
            continue;
        if (c->cmsg_type == SCM_RIGHTS) {
            size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

            for (size_t i = 0; i < count; i++) {
                int fd;

                memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
                close(fd);
            }
        } else if (c->cmsg_type == SCM_CREDENTIALS) {
            struct ucred who;

            memcpy(&who, CMSG_DATA(c), sizeof who);
            pid = who.pid;
        }
    }
    return pid;
}

/* False: there is nothing more. */
static bool take_one(struct notify *n)
{
    char text[MESSAGE_MOST + 1];
    union {
        char bytes[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(DESCRIPTORS_MOST * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec io = { .iov_base = text, .iov_len = MESSAGE_MOST };
    struct msghdr message = {
        .msg_iov = &io, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes
    };
    ssize_t length = recvmsg(n->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    pid_t pid;

    if (length < 0)
        return errno == EINTR;
    pid = look_through(&message);
    if (pid <= 0 || (message.msg_flags & MSG_TRUNC))
        return true;
    text[length] = '\0';
    n->fn(pid, text, n->arg);
    return true;
}

static void on_readable(int fd, int what, void *arg)
{
    (void)fd;
    (void)what;
    for (int i = 0; i < MESSAGES_AT_ONCE && take_one(arg); i++)
        ;
}

static bool name_address(struct notify *n)
{
    struct sockaddr_un un;
    socklen_t length = sizeof un;

    if (getsockname(n->fd, (struct sockaddr *)&un, &length) < 0 || length <= offsetof(struct sockaddr_un, sun_path) + 1)
        return false;
    snprintf(n->address, sizeof n->address, "@%.*s", (int)(length - offsetof(struct sockaddr_un, sun_path) - 1),
             un.sun_path + 1);
    return true;
}

/* An address without a file: it is there for users and roots of every kind, and leaves nothing behind. Who may speak is
 * not a matter of the path, but of the sender's pid. */
static bool bind_anywhere(struct notify *n, struct error *e)
{
    struct sockaddr_un un = { .sun_family = AF_UNIX };
    int on = 1;

    if (setsockopt(n->fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0 ||
        bind(n->fd, (struct sockaddr *)&un, sizeof un.sun_family) < 0 || !name_address(n))
        return failure_errno(e, "NOTIFY_SOCKET");
    return true;
}

struct notify *notify_open(struct loop *loop, notify_fn *fn, void *arg, struct error *e)
{
    struct notify *n = xcalloc(1, sizeof *n);

    n->fn = fn;
    n->arg = arg;
    n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (n->fd < 0 || !bind_anywhere(n, e)) {
        if (n->fd < 0)
            failure_errno(e, "NOTIFY_SOCKET");
        else
            close(n->fd);
        free(n);
        return NULL;
    }
    n->watch = watch_start(loop, n->fd, WATCH_READ, on_readable, n);
    return n;
}

struct notify *notify_resume(struct loop *loop, int fd, notify_fn *fn, void *arg)
{
    struct notify *n = xcalloc(1, sizeof *n);

    *n = (struct notify){ .fd = fd, .fn = fn, .arg = arg };
    name_address(n);
    n->watch = watch_start(loop, fd, WATCH_READ, on_readable, n);
    return n;
}

int notify_fd(const struct notify *n)
{
    return n->fd;
}

const char *notify_address(const struct notify *n)
{
    return n->address;
}

void notify_close(struct notify *n)
{
    if (n == NULL)
        return;
    watch_stop(&n->watch);
    close(n->fd);
    free(n);
}
