#include "os/notify.h"

#include "base/xalloc.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* Nobody has more to say of himself; so many are heard at a time before others get their turn; and so long, in
 * nanoseconds, may it take to give back what came along. */
enum { MESSAGE_MOST = 4096, MESSAGES_AT_ONCE = 64, PATIENCE = 10 * 1000 * 1000 };

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid /* glibc has the field, but not the name */
#endif

struct notify {
    int fd;
    struct watch *watch;
    char address[sizeof(((struct sockaddr_un *)0)->sun_path) + 2];
    notify_fn *fn;
    void *arg;
};

/* ---- what comes along --------------------------------------------------------------------------- */

/* Anybody on this machine may send us descriptors, and the end of one may last: of a connection that lingers, say. For
 * them no room is given, so that they are never ours and the kernel lets go of them while we receive; and a signal ends
 * its wait for that. systemd's BARRIER wants no more than that they are let go. */
static timer_t impatience;

static void on_impatience(int number)
{
    (void)number;
}

static bool has_impatience(void)
{
    static bool tried, there;
    struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN + 3 };
    struct sigaction act = { .sa_handler = on_impatience };
    sigset_t set;

    if (tried)
        return there;
    tried = true;
    event.sigev_notify_thread_id = gettid();
    there = sigaction(event.sigev_signo, &act, NULL) == 0 && timer_create(CLOCK_MONOTONIC, &event, &impatience) == 0;
    sigemptyset(&set);
    sigaddset(&set, event.sigev_signo);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    return there;
}

/* Again and again: the first signal may come before the wait. */
static void set_impatience(long interval)
{
    struct itimerspec when = { .it_value.tv_nsec = interval, .it_interval.tv_nsec = interval };

    if (has_impatience())
        timer_settime(impatience, 0, &when, NULL);
}

/* ---- messages ----------------------------------------------------------------------------------- */

/* Who it is from: 0 if the kernel does not say. */
static pid_t sender_of(struct msghdr *message)
{
    const struct cmsghdr *c = CMSG_FIRSTHDR(message);
    struct ucred who;

    if (c == NULL || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS)
        return 0;
    memcpy(&who, CMSG_DATA(c), sizeof who);
    return who.pid;
}

static ssize_t receive(int fd, struct msghdr *message)
{
    ssize_t length;
    int reason;

    set_impatience(PATIENCE);
    length = recvmsg(fd, message, MSG_DONTWAIT);
    reason = errno;
    set_impatience(0);
    errno = reason;
    return length;
}

/* False: there is nothing more, or this one has taken enough time. */
static bool take_one(struct notify *n)
{
    char text[MESSAGE_MOST + 1];
    union {
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
        struct cmsghdr align;
    } control;
    struct iovec io = { .iov_base = text, .iov_len = MESSAGE_MOST };
    struct msghdr message = {
        .msg_iov = &io, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes
    };
    ssize_t length = receive(n->fd, &message);
    pid_t pid;

    if (length < 0)
        return errno == EINTR;
    pid = sender_of(&message);
    if (pid > 0 && (message.msg_flags & MSG_TRUNC) == 0) {
        text[length] = '\0';
        n->fn(pid, text, n->arg);
    }
    return (message.msg_flags & MSG_CTRUNC) == 0;
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
