/* socket_settings: what the file says of a socket. A plain record, as a program is; core/sockets opens it. */
#ifndef CORE_SOCKET_SETTINGS_H
#define CORE_SOCKET_SETTINGS_H

#include "core/settings.h"
#include "os/socket.h"

#include <stdbool.h>

struct socket_settings {
    struct record record;
    char *name;
    const char *file; /* where it was declared; interned */
    int line, listen_line;
    char *listen;
    struct address address; /* what `listen` says, once it was checked */
    char *owner;            /* "USER" or "USER:GROUP" of a Unix socket's file */
    int backlog;            /* INT_MIN: the system's most */
    int mode;               /* of that file; -1: as the umask says */
    bool reuseport;
};
extern const struct record_type socket_record;

struct socket_settings *socket_settings_new(const char *name, const char *file, int line);
void socket_settings_free(struct socket_settings *s); /* NULL is welcome */

/* What needs more than one setting. */
void socket_settings_check(struct socket_settings *s, const struct record_source *from);

/* As program_check_people, of the socket's owner. */
void socket_settings_check_people(const struct socket_settings *s, const struct record_source *from);

/* How it is to be opened. False: its owner is gone. */
bool socket_settings_options(const struct socket_settings *s, struct listen_options *out, struct error *e);

#endif
