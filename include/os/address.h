/* address: where something listens, as people write it. */
#ifndef OS_ADDRESS_H
#define OS_ADDRESS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

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

/* Digits from 1 to 65535. */
bool address_is_port(const char *text);

/* Whether both are the same place, however they were written. */
bool address_equal(const struct address *a, const struct address *b);

/* Whether only this machine can reach it. */
bool address_is_local(const struct address *a);

/* The path of one of ADDRESS_UNIX. */
const char *address_path(const struct address *a);

#endif
