/* socket: addresses as people write them, and what listens or connects there. */
#ifndef OS_SOCKET_H
#define OS_SOCKET_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

enum address_kind { ADDRESS_UNIX, ADDRESS_TCP, ADDRESS_UDP };

/* "unix:/run/reeve.sock", "tcp:127.0.0.1:7279", "tcp:[::1]:7279", "tcp:*:80", "udp:…"; a bare path is unix. */
struct address {
    enum address_kind kind;
    struct sockaddr_storage socket;
    socklen_t length;
    char text[256]; /* as it was written, for messages */
};

/* Host names are refused here (looking one up would block); literals and "localhost" are read. */
bool address_parse(const char *text, struct address *out, struct error *e);

/* For the client, which may wait: the host of a tcp: address may also be a name, which may have several addresses. How
 * many there are, at most `most` (not 0); 0 on failure. */
size_t address_look_up(const char *text, struct address *out, size_t most, struct error *e);

/* Whether both are the same place, however they were written. */
bool address_equal(const struct address *a, const struct address *b);

/* Whether only this machine can reach it. */
bool address_is_local(const struct address *a);

struct listen_options {
    int backlog; /* 0: the system's most */
    int mode;    /* of a Unix socket's file; -1: as the umask says */
    uid_t uid;   /* owner of a Unix socket's file; (uid_t)-1: ours */
    gid_t gid;
    bool reuseport;
};

/* A listening (or, for udp, bound) non-blocking close-on-exec socket, or -1. A Unix socket's directory must exist; a
 * stale file is replaced; one on which somebody answers is refused with the pid of whoever that is. */
int socket_listen(const struct address *a, const struct listen_options *o, struct error *e);

/* The file of a Unix socket, to know it again; all zero elsewhere. */
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
bool socket_peer(int fd, pid_t *pid, uid_t *uid, gid_t *gid);

#endif
