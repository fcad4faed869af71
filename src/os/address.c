#include "os/address.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

enum { PATH_MOST = sizeof(((struct sockaddr_un *)0)->sun_path) - 1 };

const char *address_path(const struct address *a)
{
    return ((const struct sockaddr_un *)&a->socket)->sun_path;
}

static bool parse_unix(const char *path, struct address *out, struct error *e)
{
    struct sockaddr_un *un = (struct sockaddr_un *)&out->socket;
    size_t length = strlen(path);

    if (length == 0)
        return failure(e, "a Unix socket needs a path, as unix:/run/reeve.sock");
    if (length > PATH_MOST)
        return failure(e, "the path of a Unix socket has at most %d bytes, this one has %zu: %s", PATH_MOST, length,
                       path);
    out->kind = ADDRESS_UNIX;
    out->length = sizeof *un;
    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, path, length + 1);
    return true;
}

/* Split "HOST:PORT" or "[HOST]:PORT"; an IPv6 address without brackets is not told from its port. */
static bool split_port(const char *text, char *host, size_t size, const char **port, struct error *e)
{
    const char *start = *text == '[' ? text + 1 : text;
    const char *end = *text == '[' ? strchr(text, ']') : strrchr(text, ':');

    if (end == NULL || (*end == ']' && end[1] != ':'))
        return failure(e, "the port is missing: '%s' should look like 127.0.0.1:7279 or [::1]:7279", text);
    if (*end == ':' && memchr(text, ':', (size_t)(end - text)) != NULL)
        return failure(e, "an IPv6 address goes into brackets, as [::1]:7279, not '%s'", text);
    if ((size_t)(end - start) >= size)
        return failure(e, "there is no such address: '%s'", text);
    memcpy(host, start, (size_t)(end - start));
    host[end - start] = '\0';
    *port = *end == ']' ? end + 2 : end + 1;
    return true;
}

bool address_is_port(const char *text)
{
    size_t length = strlen(text);

    return length > 0 && length <= 5 && strspn(text, "0123456789") == length && atoi(text) >= 1 && atoi(text) <= 65535;
}

static const char *numeric(const char *host)
{
    if (strcmp(host, "*") == 0)
        return "0.0.0.0";
    return strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
}

static bool parse_inet(enum address_kind kind, const char *text, struct address *out, struct error *e)
{
    struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found;
    const char *port = NULL;
    char host[128];

    if (!split_port(text, host, sizeof host, &port, e))
        return false;
    if (!address_is_port(port))
        return failure(e, "a port is a number from 1 to 65535, not '%s'", port);
    if (*host == '\0' || getaddrinfo(numeric(host), port, &hints, &found) != 0)
        return failure(e,
                       "'%s' is no address: a name would have to be looked up; write an IPv4 or [IPv6] address, "
                       "localhost, or * for all",
                       host);
    out->kind = kind;
    out->length = found->ai_addrlen;
    memcpy(&out->socket, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return true;
}

static bool parse_kind(const char *text, struct address *out, struct error *e)
{
    if (strncmp(text, "unix:", 5) == 0)
        return parse_unix(text + 5, out, e);
    if (strncmp(text, "tcp:", 4) == 0)
        return parse_inet(ADDRESS_TCP, text + 4, out, e);
    if (strncmp(text, "udp:", 4) == 0)
        return parse_inet(ADDRESS_UDP, text + 4, out, e);
    if (*text != '/' && *text != '.' && strchr(text, ':') != NULL)
        return failure(e, "an address begins with unix:, tcp: or udp:; did you mean tcp:%s?", text);
    if (text_is_digits(text))
        return failure(e, "a port alone does not say where: write tcp:127.0.0.1:%s, or ./%s for a file", text, text);
    return parse_unix(text, out, e);
}

bool address_parse(const char *text, struct address *out, struct error *e)
{
    memset(out, 0, sizeof *out);
    if (!parse_kind(text, out, e))
        return failure_in(e, "address '%.200s'", text);
    snprintf(out->text, sizeof out->text, "%s", text);
    return true;
}

size_t address_look_up(const char *text, struct address *out, size_t most, struct error *e)
{
    struct addrinfo hints = { .ai_flags = AI_NUMERICSERV, .ai_socktype = SOCK_STREAM }, *found;
    const char *port;
    size_t count = 0;
    char host[256];
    int reason;

    if (address_parse(text, out, e))
        return 1;
    if (strncmp(text, "tcp:", 4) != 0 || !split_port(text + 4, host, sizeof host, &port, NULL) ||
        !address_is_port(port) || *host == '\0')
        return 0;
    reason = getaddrinfo(host, port, &hints, &found);
    if (reason != 0) {
        failure(e, "there is no host '%s': %s", host, reason == EAI_SYSTEM ? strerror(errno) : gai_strerror(reason));
        return 0;
    }
    for (const struct addrinfo *a = found; a != NULL && count < most; a = a->ai_next) {
        struct address *next = &out[count++];

        *next = (struct address){ .kind = ADDRESS_TCP, .length = a->ai_addrlen };
        memcpy(&next->socket, a->ai_addr, a->ai_addrlen);
        snprintf(next->text, sizeof next->text, "%s", text);
    }
    freeaddrinfo(found);
    return count;
}

bool address_equal(const struct address *a, const struct address *b)
{
    return a->kind == b->kind && a->length == b->length && memcmp(&a->socket, &b->socket, a->length) == 0;
}

bool address_is_local(const struct address *a)
{
    const struct sockaddr_in *in = (const struct sockaddr_in *)&a->socket;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a->socket;

    if (a->kind == ADDRESS_UNIX)
        return true;
    if (a->socket.ss_family == AF_INET)
        return ntohl(in->sin_addr.s_addr) >> 24 == 127;
    if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
        return in6->sin6_addr.s6_addr[12] == 127;
    return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}
