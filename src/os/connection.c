/* A write goes out at once when nothing waits before it; only what the kernel does not take is queued
 * and watched for. So a request and its reply cost one wake-up, one read and one send. */
#include "os/connection.h"

#include "base/buffer.h"
#include "base/xalloc.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    READ_SIZE = 64 << 10,
    CALLS_PER_TURN = 64,    /* of on_read, then it is the others' turn */
    FAREWELL = 5000,        /* for a reader that takes nothing of the last bytes */
    DISCARD_MOST = 1 << 20, /* of what came too late */
    DISCARD_SIZE = 4 << 10,
};

struct connection {
    struct loop *loop;
    int fd; /* -1: closed */
    struct watch *readable;
    struct watch *writable; /* NULL: nothing waits to be sent */
    struct timer *turn;     /* things to do in the next turn of the loop */
    struct timer *farewell;
    struct buffer in;  /* shown, and not used up yet */
    struct buffer out; /* of which the first `sent` bytes are sent */
    size_t sent;
    bool ended;     /* the other side sends no more */
    bool deaf;      /* the other side reads no more; it may have sent commands before it left */
    bool broken;    /* both: the owner is to be told, or was */
    bool drained;   /* the owner is to be told that all was sent */
    bool unshown;   /* the last turn had no time for all that is in `in` */
    bool finishing; /* its owner has left */
    unsigned calls; /* that the owner is in; it is freed after the last */
    connection_read_fn *on_read;
    connection_end_fn *on_end;
    loop_fn *on_drained;
    void *arg;
};

/* What was read goes through here; only what is left over gets memory of the connection's own. */
static char scratch[READ_SIZE];

static void free_if_closed(struct connection *c)
{
    if (c->fd >= 0 || c->calls > 0)
        return;
    buffer_free(&c->in);
    buffer_free(&c->out);
    free(c);
}

int connection_release(struct connection *c)
{
    int fd = c->fd;

    watch_stop(&c->readable);
    watch_stop(&c->writable);
    timer_stop(&c->turn);
    timer_stop(&c->farewell);
    c->fd = -1;
    free_if_closed(c);
    return fd;
}

void connection_close(struct connection *c)
{
    if (c != NULL && c->fd >= 0)
        close(connection_release(c));
}

static void on_turn(void *arg);

static void wish_turn(struct connection *c)
{
    if (c->turn == NULL)
        c->turn = timer_start(c->loop, 0, on_turn, c);
}

static void forget_output(struct connection *c)
{
    buffer_free(&c->out);
    c->sent = 0;
    watch_stop(&c->writable);
}

/* The owner hears it in the next turn, as it may be in the middle of a write. */
static void break_off(struct connection *c)
{
    c->broken = true;
    forget_output(c);
    watch_stop(&c->readable);
    wish_turn(c);
}

/* What it sent before it left is still to be read; its end comes behind that. One that is there after all must not wait
 * for more. */
static void send_failed(struct connection *c)
{
    c->deaf = true;
    shutdown(c->fd, SHUT_WR);
    forget_output(c);
    if (c->readable == NULL)
        break_off(c);
}

/* Bytes the kernel took: 0 when it takes no more for now or ever. */
static size_t send_some(struct connection *c, const char *data, size_t length)
{
    ssize_t n;

    do
        n = send(c->fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n >= 0)
        return (size_t)n;
    if (errno != EAGAIN && errno != ENOBUFS)
        send_failed(c);
    return 0;
}

/* Without reading them, a close would reset the connection, and the last reply might be lost on its way. */
static void discard_unread(struct connection *c)
{
    char waste[DISCARD_SIZE];
    size_t total = 0;
    ssize_t n;

    while (total < DISCARD_MOST && (n = recv(c->fd, waste, sizeof waste, MSG_DONTWAIT)) > 0)
        total += (size_t)n;
}

static void leave(struct connection *c)
{
    if (!c->deaf) {
        shutdown(c->fd, SHUT_WR);
        discard_unread(c);
    }
    connection_close(c);
}

static void all_sent(struct connection *c)
{
    forget_output(c);
    if (c->finishing)
        leave(c);
    else if (c->on_drained != NULL)
        c->on_drained(c->arg);
}

static void on_farewell(void *arg)
{
    struct connection *c = arg;

    c->farewell = NULL;
    connection_close(c);
}

static void on_writable(int fd, int what, void *arg)
{
    struct connection *c = arg;
    size_t n;

    (void)fd;
    (void)what;
    c->calls++;
    n = send_some(c, c->out.data + c->sent, c->out.length - c->sent);
    c->sent += n;
    if (c->finishing && n > 0) {
        timer_stop(&c->farewell);
        c->farewell = timer_start(c->loop, FAREWELL, on_farewell, c);
    }
    if (!c->deaf && c->sent == c->out.length)
        all_sent(c);
    c->calls--;
    free_if_closed(c);
}

/* Half of it is sent: drop it, so that a long stream does not keep all that it ever sent. */
static void forget_sent(struct connection *c)
{
    if (c->sent < c->out.length / 2)
        return;
    buffer_drop(&c->out, c->sent);
    c->sent = 0;
}

static void enqueue(struct connection *c, const char *data, size_t length)
{
    forget_sent(c);
    buffer_add(&c->out, data, length);
    if (c->writable == NULL)
        c->writable = watch_start(c->loop, c->fd, WATCH_WRITE, on_writable, c);
}

size_t connection_pending(const struct connection *c)
{
    return c->out.length - c->sent;
}

const char *connection_unsent(const struct connection *c, size_t *length)
{
    *length = connection_pending(c);
    return *length > 0 ? c->out.data + c->sent : "";
}

size_t connection_write(struct connection *c, const void *data, size_t length)
{
    const char *rest = data;
    size_t n = 0;

    if (c->fd < 0 || c->deaf || c->broken)
        return 0;
    if (connection_pending(c) == 0 && length > 0)
        n = send_some(c, rest, length);
    if (c->deaf)
        return 0;
    if (n < length) {
        enqueue(c, rest + n, length - n);
    } else if (c->on_drained != NULL) {
        c->drained = true;
        wish_turn(c);
    }
    return connection_pending(c);
}

void connection_on_drained(struct connection *c, loop_fn *fn)
{
    c->on_drained = fn;
}

static bool has_owner(const struct connection *c)
{
    return c->fd >= 0 && !c->finishing;
}

/* Show bytes as long as some are used up; returns how many were. */
static size_t show(struct connection *c, const char *data, size_t length)
{
    size_t used = 0, n = 1;
    int calls = 0;

    while (n > 0 && used < length && has_owner(c)) {
        if (calls++ == CALLS_PER_TURN) {
            watch_pause(c->readable);
            c->unshown = true;
            wish_turn(c);
            break;
        }
        n = c->on_read(c, data + used, length - used, c->arg);
        assert(n <= length - used);
        used += n;
    }
    return used;
}

/* The bytes that are left from earlier, if any, come before the new ones. */
static void feed(struct connection *c, const char *data, size_t length)
{
    size_t used;

    if (c->in.length == 0) {
        used = show(c, data, length);
        if (used < length)
            buffer_add(&c->in, data + used, length - used);
        return;
    }
    buffer_add(&c->in, data, length);
    used = show(c, c->in.data, c->in.length);
    if (used == c->in.length)
        buffer_free(&c->in);
    else
        buffer_drop(&c->in, used);
}

/* A Unix socket tells a client that is gone from one that only has no more to say. */
static bool is_hung_up(int fd)
{
    struct pollfd p = { .fd = fd };

    return poll(&p, 1, 0) == 1 && (p.revents & (POLLHUP | POLLERR)) != 0;
}

static void end(struct connection *c)
{
    c->ended = true;
    watch_stop(&c->readable);
    c->on_end(c, false, c->arg);
    if (c->fd >= 0 && !c->broken && (c->deaf || is_hung_up(c->fd)))
        break_off(c);
}

static void read_once(struct connection *c)
{
    ssize_t n;

    do
        n = recv(c->fd, scratch, sizeof scratch, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n > 0)
        feed(c, scratch, (size_t)n);
    else if (n == 0)
        end(c);
    else if (errno != EAGAIN)
        break_off(c);
}

static void on_readable(int fd, int what, void *arg)
{
    struct connection *c = arg;

    (void)fd;
    (void)what;
    c->calls++;
    read_once(c);
    c->calls--;
    free_if_closed(c);
}

static void tell_broken(struct connection *c)
{
    if (c->finishing)
        connection_close(c);
    else
        c->on_end(c, true, c->arg);
}

static void tell_drained(struct connection *c)
{
    c->drained = false;
    if (c->on_drained != NULL && connection_pending(c) == 0)
        c->on_drained(c->arg);
}

/* Show what the last turn had no time for. */
static void go_on(struct connection *c)
{
    c->unshown = false;
    watch_resume(c->readable);
    feed(c, NULL, 0);
}

static void on_turn(void *arg)
{
    struct connection *c = arg;

    c->turn = NULL;
    c->calls++;
    if (c->broken) {
        tell_broken(c);
    } else {
        if (c->drained)
            tell_drained(c);
        if (c->unshown && has_owner(c))
            go_on(c);
    }
    c->calls--;
    free_if_closed(c);
}

struct connection *connection_open(struct loop *loop, int fd, connection_read_fn *on_read, connection_end_fn *on_end,
                                   void *arg)
{
    struct connection *c = xcalloc(1, sizeof *c);
    int on = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* A Unix socket refuses, and has no need. */
    c->loop = loop;
    c->fd = fd;
    c->on_read = on_read;
    c->on_end = on_end;
    c->arg = arg;
    c->readable = watch_start(loop, fd, WATCH_READ, on_readable, c);
    return c;
}

void connection_keep_alive(struct connection *c, int seconds)
{
    enum { BETWEEN = 10, LOOKS = 3 };
    int on = 1, between = BETWEEN, looks = LOOKS, unheard = (seconds + BETWEEN * LOOKS) * 1000;

    setsockopt(c->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(c->fd, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
    setsockopt(c->fd, IPPROTO_TCP, TCP_KEEPINTVL, &between, sizeof between);
    setsockopt(c->fd, IPPROTO_TCP, TCP_KEEPCNT, &looks, sizeof looks);
    setsockopt(c->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unheard, sizeof unheard);
}

void connection_finish(struct connection *c)
{
    if (c->fd < 0 || c->finishing)
        return;
    c->finishing = true;
    watch_stop(&c->readable);
    if (connection_pending(c) == 0)
        leave(c);
    else
        c->farewell = timer_start(c->loop, FAREWELL, on_farewell, c);
}

int connection_fd(const struct connection *c)
{
    return c->fd;
}
