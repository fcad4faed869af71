/* socket: what listens at an address, or connects to it. */
#ifndef OS_SOCKET_H
#define OS_SOCKET_H

#include "base/error.h"
#include "os/address.h"

#include <stdbool.h>
#include <sys/types.h>

struct listen_options {
    int backlog; /* 0: the system's most */
    int mode;    /* of a Unix socket's file; -1: as the umask says */
    uid_t uid;   /* owner of a Unix socket's file; (uid_t)-1: ours */
    gid_t gid;
    bool reuseport;
};

/* A listening (or, for udp, bound) non-blocking close-on-exec socket, or -1. A Unix socket's directory must exist; a
 * stale file is replaced; one on which somebody answers is refused with the pid of whoever that is, after a wait of a
 * fifth of a second if whoever opened it has ended. */
int socket_listen(const struct address *a, const struct listen_options *o, struct error *e);

/* The file of a Unix socket, to know it again; all zero elsewhere, and if there is none. */
struct socket_file {
    dev_t device;
    ino_t inode;
};

struct socket_file socket_file(const struct address *a);

/* Whether that file is still the one at its path; remove it if so. */
bool socket_file_is_there(const struct address *a, const struct socket_file *file);
void socket_file_remove(const struct address *a, const struct socket_file *file);

/* Give one that listens at `a` already these options, without closing it: not even its own address can be listened at
 * anew while somebody holds it. */
bool socket_adjust(int fd, const struct address *a, const struct listen_options *o, struct error *e);

/* Connect, blocking: for the client. -1 on failure; errno tells the kinds apart. */
int socket_connect(const struct address *a, struct error *e);

/* Who is at the other end of a Unix socket; false elsewhere. */
bool socket_peer(int fd, pid_t *pid, uid_t *uid);

#endif
