#include "os/socket.h"

#include "os/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ORPHAN_TRIES = 10, ORPHAN_WAIT = 20 * 1000 * 1000 /* ns */ };

static int new_socket(const struct address *a, int flags)
{
    return socket(a->socket.ss_family, (a->kind == ADDRESS_UDP ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | flags, 0);
}

static int try_connect(const struct address *a, int fd)
{
    return connect(fd, (const struct sockaddr *)&a->socket, a->length);
}

/* -1, with errno as it was: for `return close_failed(fd);` after the error was worded. */
static int close_failed(int fd)
{
    int reason = errno;

    close(fd);
    errno = reason;
    return -1;
}

static bool refuse_living(const struct address *a, int fd, struct error *e)
{
    pid_t pid;

    if (socket_peer(fd, &pid, NULL) && pid > 0)
        return failure(e, "somebody answers at %s already (pid %d): stop it first or choose another address", a->text,
                       (int)pid);
    return failure(e, "somebody answers at %s already: stop it first or choose another address", a->text);
}

/* A socket that is connected, or would be if there were room. -1, errno: nobody answers. */
static int reach(const struct address *a)
{
    int fd = new_socket(a, SOCK_NONBLOCK);

    if (fd < 0 || try_connect(a, fd) == 0 || errno == EAGAIN || errno == EPROTOTYPE)
        return fd;
    return close_failed(fd);
}

static bool is_orphan(int fd)
{
    pid_t pid;

    return socket_peer(fd, &pid, NULL) && pid > 0 && kill(pid, 0) < 0 && errno == ESRCH;
}

/* Whoever listened may have ended just now, and a child that has its descriptor ends, or comes to its exec, next. */
static int reach_living(const struct address *a)
{
    const struct timespec wait = { .tv_nsec = ORPHAN_WAIT };
    int fd = reach(a);

    for (int i = 0; fd >= 0 && i < ORPHAN_TRIES && is_orphan(fd); i++) {
        close(fd);
        nanosleep(&wait, NULL);
        fd = reach(a);
    }
    return fd;
}

/* Take a socket file away on which nobody answers. */
static bool clear_stale(const struct address *a, struct error *e)
{
    const char *path = address_path(a);
    struct stat st;
    int fd;

    if (lstat(path, &st) < 0)
        return errno == ENOENT ? true : failure_errno(e, "cannot look at '%s'", path);
    if (!S_ISSOCK(st.st_mode))
        return failure(e, "'%s' is there and is no socket: remove it or choose another path", path);
    if ((fd = reach_living(a)) >= 0) {
        refuse_living(a, fd, e);
        close(fd);
        return false;
    }
    if (errno != ECONNREFUSED && errno != ENOENT)
        return failure_errno(e, "cannot tell whether somebody answers at %s", a->text);
    if (unlink(path) < 0 && errno != ENOENT)
        return failure_errno(e, "cannot remove the stale socket '%s'", path);
    return true;
}

static bool explain_bind(const struct address *a, struct error *e)
{
    switch (errno) {
    case ENOENT:
        return failure(e, "cannot listen at %s: its directory does not exist", a->text);
    case EADDRINUSE:
        return failure(e, "cannot listen at %s: another program does already", a->text);
    case EADDRNOTAVAIL:
        return failure(e, "cannot listen at %s: this machine has no such address", a->text);
    case EACCES:
        if (a->kind != ADDRESS_UNIX)
            return failure(e, "cannot listen at %s: ports below 1024 are for root", a->text);
        /* fallthrough */
    default:
        return failure_errno(e, "cannot listen at %s", a->text);
    }
}

/* With the mode from the first moment on: between a bind and a chmod somebody could slip in. */
static bool bind_with_mode(const struct address *a, int fd, int mode)
{
    mode_t before = 0;
    int result;

    if (mode >= 0)
        before = umask(0777 & ~(mode_t)mode);
    result = bind(fd, (const struct sockaddr *)&a->socket, a->length);
    if (mode >= 0)
        umask(before);
    return result == 0;
}

static bool set_owner(const char *path, const struct listen_options *o, struct error *e)
{
    if ((o->uid != (uid_t)-1 || o->gid != (gid_t)-1) && lchown(path, o->uid, o->gid) < 0)
        return failure_errno(e, "cannot give '%s' to its owner", path);
    return true;
}

static bool start_listening(const struct address *a, int fd, const struct listen_options *o, struct error *e)
{
    if (a->kind != ADDRESS_UDP && listen(fd, o->backlog > 0 ? o->backlog : INT_MAX) < 0)
        return explain_bind(a, e);
    return true;
}

static bool bind_unix(const struct address *a, int fd, const struct listen_options *o, struct error *e)
{
    if (!clear_stale(a, e))
        return false;
    if (!bind_with_mode(a, fd, o->mode))
        return explain_bind(a, e);
    if (!set_owner(address_path(a), o, e) || !start_listening(a, fd, o, e)) {
        unlink(address_path(a));
        return false;
    }
    return true;
}

/* Two that start at once would each take the other's new socket for a stale one. */
static bool listen_unix(const struct address *a, int fd, const struct listen_options *o, struct error *e)
{
    int lock = folder_lock_for(address_path(a));
    bool done = bind_unix(a, fd, o, e);

    if (lock >= 0)
        close(lock);
    return done;
}

static bool listen_inet(const struct address *a, int fd, const struct listen_options *o, struct error *e)
{
    int on = 1;

    if (a->kind == ADDRESS_TCP)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (o->reuseport && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0)
        return failure_errno(e, "cannot share the port of %s", a->text);
    if (bind(fd, (const struct sockaddr *)&a->socket, a->length) < 0)
        return explain_bind(a, e);
    return start_listening(a, fd, o, e);
}

int socket_listen(const struct address *a, const struct listen_options *o, struct error *e)
{
    int fd = new_socket(a, SOCK_NONBLOCK);
    bool done;

    if (fd < 0) {
        failure_errno(e, "cannot make a socket for %s", a->text);
        return -1;
    }
    done = a->kind == ADDRESS_UNIX ? listen_unix(a, fd, o, e) : listen_inet(a, fd, o, e);
    return done ? fd : close_failed(fd);
}

struct socket_file socket_file(const struct address *a)
{
    struct socket_file file = { 0 };
    struct stat st;

    if (a->kind == ADDRESS_UNIX && lstat(address_path(a), &st) == 0)
        file = (struct socket_file){ st.st_dev, st.st_ino };
    return file;
}

bool socket_file_is_there(const struct address *a, const struct socket_file *file)
{
    struct socket_file now = socket_file(a);

    return now.inode != 0 && now.device == file->device && now.inode == file->inode;
}

void socket_file_remove(const struct address *a, const struct socket_file *file)
{
    if (socket_file_is_there(a, file))
        unlink(address_path(a));
}

/* The owner first: it would take some bits of the mode away. */
static bool adjust_file(const struct address *a, const struct listen_options *o, struct error *e)
{
    struct listen_options all = *o;
    mode_t mask = umask(0);

    umask(mask);
    if (all.uid == (uid_t)-1)
        all.uid = geteuid();
    if (all.gid == (gid_t)-1)
        all.gid = getegid();
    if (!set_owner(address_path(a), &all, e))
        return false;
    if (fchmodat(AT_FDCWD, address_path(a), all.mode >= 0 ? (mode_t)all.mode : 0777 & ~mask, AT_SYMLINK_NOFOLLOW) < 0)
        return failure_errno(e, "cannot change the mode of '%s'", address_path(a));
    return true;
}

bool socket_adjust(int fd, const struct address *a, const struct listen_options *o, struct error *e)
{
    int share = o->reuseport;

    if (a->kind == ADDRESS_UNIX)
        return adjust_file(a, o, e) && start_listening(a, fd, o, e);
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &share, sizeof share) < 0)
        return failure_errno(e, "cannot share the port of %s", a->text);
    return start_listening(a, fd, o, e);
}

static bool explain_connect(const struct address *a, struct error *e)
{
    if (a->kind == ADDRESS_UNIX) {
        switch (errno) {
        case ENOENT:
            return failure(e, "there is no socket at %s: is the path right, and is reeve running?", a->text);
        case ECONNREFUSED:
            return failure(e, "nobody answers at %s: the socket was left behind by somebody who is gone", a->text);
        case EACCES:
            return failure(e, "no permission for the socket at %s", a->text);
        default:
            break;
        }
    }
    return failure_errno(e, "cannot connect to %s", a->text);
}

/* A signal does not end a connect that is under way: wait for what comes of it. */
static int wait_connected(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLOUT };
    int reason = 0;
    socklen_t length = sizeof reason;

    while (poll(&p, 1, -1) < 0)
        if (errno != EINTR)
            return -1;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &reason, &length) < 0)
        return -1;
    errno = reason;
    return reason == 0 ? 0 : -1;
}

int socket_connect(const struct address *a, struct error *e)
{
    int fd = new_socket(a, 0), reason;

    if (fd >= 0 && (try_connect(a, fd) == 0 || (errno == EINTR && wait_connected(fd) == 0)))
        return fd;
    reason = errno;
    explain_connect(a, e);
    errno = reason;
    return fd >= 0 ? close_failed(fd) : -1;
}

bool socket_peer(int fd, pid_t *pid, uid_t *uid)
{
    struct ucred peer;
    socklen_t length = sizeof peer;
    struct sockaddr_storage self;
    socklen_t self_length = sizeof self;

    if (getsockname(fd, (struct sockaddr *)&self, &self_length) < 0 || self.ss_family != AF_UNIX ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
        return false;
    if (pid != NULL)
        *pid = peer.pid;
    if (uid != NULL)
        *uid = peer.uid;
    return true;
}
