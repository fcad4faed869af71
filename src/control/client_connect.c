#include "base/xalloc.h"
#include "client_private.h"
#include "control/address.h"
#include "os/folder.h"
#include "os/socket.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    READ_SIZE = 64 << 10,
    ADDRESSES_MOST = 16,
    GREETING_WAIT = 15 /* seconds: longer than a supervisor that hangs takes to find out */
};

static bool is_folder_missing(const char *path)
{
    char *folder = folder_of(path);
    bool missing = folder_is_missing(folder);

    free(folder);
    return missing;
}

/* Where nobody named an address, the one that root's reeve has may be meant. */
static bool explain_missing(const char *path, bool is_default, struct error *e)
{
    if (is_default && strcmp(path, ADDRESS_SOCKET_OF_ROOT) != 0 && access(ADDRESS_SOCKET_OF_ROOT, F_OK) == 0)
        return failure(e, "not running: there is no socket '%s'; root's is %s: ask as root, or name it by -s", path,
                       ADDRESS_SOCKET_OF_ROOT);
    return failure(e, "not running: there is no socket '%s' (another address is named by -s or $REEVE_SOCKET)", path);
}

/* `reason` is connect's errno. The default path is never a wrong one: reeve makes its folder. */
static bool explain_unix(const char *path, bool is_default, int reason, struct error *e)
{
    struct stat st;

    if (reason == ENOENT || reason == ENOTDIR) {
        if (!is_default && (reason == ENOTDIR || is_folder_missing(path)))
            return failure(e, "wrong path: there is no folder for the socket '%s'", path);
        return explain_missing(path, is_default, e);
    }
    if (reason == EACCES || reason == EPERM)
        return failure(e, "permission denied: the socket '%s' is for its owner and root", path);
    if (reason == ECONNREFUSED && stat(path, &st) == 0 && !S_ISSOCK(st.st_mode))
        return failure(e, "wrong path: '%s' is no socket", path);
    if (reason == ECONNREFUSED)
        return failure(e, "stale socket: nobody answers at '%s', the reeve that made it is gone", path);
    errno = reason;
    return failure_errno(e, "cannot connect to '%s'", path);
}

static bool explain(const struct client *c, bool is_default, int reason, struct error *e)
{
    if (c->address.kind == ADDRESS_UNIX)
        return explain_unix(address_path(&c->address), is_default, reason, e);
    if (reason == ECONNREFUSED)
        return failure(e, "not running: nobody listens at %s", c->address.text);
    errno = reason;
    return failure_errno(e, "cannot connect to %s", c->address.text);
}

/* A name may have several addresses, and not all of them need answer. */
static bool connect_to_one(struct client *c, const char *text, bool is_default, struct error *e)
{
    struct address addresses[ADDRESSES_MOST];
    size_t count = address_look_up(text, addresses, ADDRESSES_MOST, e);

    if (count == 0)
        return false;
    if (addresses[0].kind == ADDRESS_UDP)
        return failure(e, "address '%s': a supervisor is at tcp: or unix: only", text);
    for (size_t i = 0; i < count && c->fd < 0; i++) {
        c->address = addresses[i];
        c->fd = socket_connect(&c->address, e);
    }
    return c->fd >= 0 || explain(c, is_default, errno, e);
}

/* Where nobody named an address, it may be one in /tmp, where anybody could have been first. Root's is not there; who
 * listens at it may have become another user. */
static bool is_expected(const struct client *c, struct error *e)
{
    uid_t uid;

    if (geteuid() == 0 || !socket_peer(c->fd, NULL, &uid) || uid == geteuid() || uid == 0)
        return true;
    return failure(e, "whoever listens at %s is user %u, neither you nor root: name the address by -s if that is right",
                   c->address.text, (unsigned)uid);
}

/* Somebody else may listen there, and wait for us to speak first. */
static bool hear_greeting(struct client *c, struct error *e)
{
    size_t length;
    const char *greeting;

    c->patience = GREETING_WAIT * 1000;
    errno = 0;
    greeting = client_read_line(c, &length);
    if (greeting == NULL && errno == EAGAIN)
        return failure(e, "whoever listens at %s has said nothing for %ds: it is no reeve, or one that stands still",
                       c->address.text, GREETING_WAIT);
    if (greeting == NULL || length < 6 || memcmp(greeting, "reeve ", 6) != 0)
        return failure(e, "whoever answers at %s is no reeve", c->address.text);
    c->patience = 0;
    return true;
}

bool client_connect(struct client *c, struct error *e)
{
    bool chosen = true;
    char *address = c->address_text != NULL ? xstrdup(c->address_text) : address_default(&chosen);
    bool good = connect_to_one(c, address, !chosen, e);

    free(address);
    return good && (chosen || is_expected(c, e)) && hear_greeting(c, e);
}

bool client_write(struct client *c, const struct buffer *data)
{
    size_t sent = 0;

    while (sent < data->length) {
        ssize_t n = send(c->fd, data->data + sent, data->length - sent, MSG_NOSIGNAL);

        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            sent += (size_t)n;
    }
    return true;
}

static bool is_interrupted(const struct client *c)
{
    return c->interrupted != NULL && *c->interrupted;
}

/* Until there is something to read; false, with errno: there will not be. Whoever read what we print may go while we
 * wait, as head(1) does: then we go as if we had printed. */
static bool wait_for_answer(const struct client *c)
{
    struct pollfd fd[] = { { .fd = c->fd, .events = POLLIN }, { .fd = STDOUT_FILENO } };
    int count;

    do
        count = poll(fd, 2, c->patience > 0 ? c->patience : -1);
    while (count < 0 && errno == EINTR && !is_interrupted(c));
    if (count == 0)
        errno = EAGAIN;
    else if (count > 0 && fd[0].revents == 0 && (fd[1].revents & POLLERR) != 0)
        raise(SIGPIPE);
    return count > 0;
}

/* More comes behind what is there; what was taken goes. */
bool client_fill(struct client *c)
{
    ssize_t n;

    buffer_drop(&c->in, c->taken);
    c->taken = 0;
    buffer_reserve(&c->in, READ_SIZE);
    do
        n = wait_for_answer(c) ? read(c->fd, c->in.data + c->in.length, READ_SIZE) : -1;
    while (n < 0 && errno == EINTR && !is_interrupted(c));
    if (n <= 0)
        return false;
    c->in.length += (size_t)n;
    return true;
}

const char *client_read_line(struct client *c, size_t *length)
{
    size_t searched = 0;

    for (;;) {
        size_t left = c->in.length - c->taken;
        const char *start = left > 0 ? c->in.data + c->taken : NULL, *newline = NULL;

        if (left > searched)
            newline = memchr(start + searched, '\n', left - searched);
        if (newline != NULL) {
            *length = (size_t)(newline - start);
            c->taken += *length + 1;
            return start;
        }
        searched = left;
        if (!client_fill(c))
            return NULL;
    }
}

const char *client_read_some(struct client *c, size_t most, size_t *length)
{
    const char *start;

    if (c->taken == c->in.length && !client_fill(c))
        return NULL;
    start = c->in.data + c->taken;
    *length = c->in.length - c->taken < most ? c->in.length - c->taken : most;
    c->taken += *length;
    return start;
}
