/*            a writer in a hurry                  its rest is over
 *   watched ---------------------> resting --------------------------> read -> resting, or
 *      ^                              | nothing came                          watched if there is no time to rest
 *      +------------------------------+
 */
#include "os/stream.h"

#include "base/xalloc.h"
#include "os/clock.h"
#include "os/nap.h"
#include "os/pace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    BUFFER_SIZE = 1 << 20,   /* as large as a pipe can be made without privileges */
    TURN_MOST = 1 << 20,     /* then it is the others' turn */
    BUSY_READ = 32 << 10,    /* after fewer bytes the pipe is most likely empty */
    PIPE_DEFAULT = 64 << 10, /* of what is no pipe, too */
    PIPE_WIDE = 256 << 10,
    PIPE_WIDEST = 1 << 20,
};

struct stream {
    int fd; /* -1: closed */
    bool is_pipe;
    bool paused;
    bool watching;
    bool ended;
    unsigned calls; /* that the owner is in; it is freed after the last */
    stream_fn *fn;
    void *arg;
    struct watch *watch;
    struct naps *naps;
    struct nap nap;
    struct pace pace;
};

/* One for all. A callback that drains another stream finds it taken, and gets one for the while. */
static char *shared_buffer;

static char *take_buffer(void)
{
    char *buffer = shared_buffer;

    shared_buffer = NULL;
    return buffer != NULL ? buffer : xmalloc(BUFFER_SIZE);
}

static void give_buffer_back(char *buffer)
{
    if (shared_buffer == NULL)
        shared_buffer = buffer;
    else
        free(buffer);
}

static void set_watching(struct stream *s, bool watching)
{
    if (s->watching == watching)
        return;
    s->watching = watching;
    (watching ? watch_resume : watch_pause)(s->watch);
}

static bool may_read(const struct stream *s)
{
    return s->fd >= 0 && !s->paused && !s->ended;
}

static void tell(struct stream *s, const char *data, size_t length)
{
    s->calls++;
    s->fn(data, length, s->arg);
    s->calls--;
}

static void free_if_closed(struct stream *s)
{
    if (s->fd < 0 && s->calls == 0)
        free(s);
}

/* -1: there is nothing now. Any failure ends the stream: a terminal whose other side is gone says EIO. */
static ssize_t read_some(struct stream *s, char *buffer)
{
    ssize_t n;

    do
        n = read(s->fd, buffer, BUFFER_SIZE);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN ? -1 : 0;
    return n;
}

static void end(struct stream *s)
{
    s->ended = true;
    nap_stop(&s->nap);
    set_watching(s, false);
    tell(s, NULL, 0);
}

/* The kernel refuses when the user has many wide pipes: then it stays as it is. */
static void widen(struct stream *s)
{
    size_t capacity = s->pace.capacity;
    int got = 0;

    if (s->is_pipe && capacity < PIPE_WIDEST)
        got = fcntl(s->fd, F_SETPIPE_SZ, capacity < PIPE_WIDE ? PIPE_WIDE : PIPE_WIDEST);
    pace_widened(&s->pace, got > 0 ? (size_t)got : capacity);
}

static void read_turn(struct stream *s);

static void on_rested(void *arg)
{
    read_turn(arg);
}

static void on_readable(int fd, int what, void *arg)
{
    (void)fd;
    (void)what;
    read_turn(arg);
}

/* Wait for the next bytes, on the watch or asleep. */
static void settle(struct stream *s, size_t total, bool full)
{
    msec rest = 0;

    if (total > 0)
        rest = pace_read(&s->pace, total, full, clock_now());
    if (s->pace.tight)
        widen(s);
    if (!may_read(s))
        return;
    if (rest > 0)
        nap_start(s->naps, &s->nap, rest, on_rested, s);
    set_watching(s, rest == 0);
}

/* Read until the pipe is empty, the owner has enough or others had to wait for long. */
static void read_turn(struct stream *s)
{
    char *buffer = take_buffer();
    size_t total = 0;
    bool full = false;
    ssize_t n;

    s->calls++;
    do {
        n = read_some(s, buffer);
        if (n <= 0)
            break;
        total += (size_t)n;
        full |= (size_t)n >= s->pace.capacity;
        tell(s, buffer, (size_t)n);
    } while (n >= BUSY_READ && total < TURN_MOST && may_read(s));
    give_buffer_back(buffer);

    if (n == 0)
        end(s);
    else if (s->fd >= 0)
        settle(s, total, full);
    s->calls--;
    free_if_closed(s);
}

bool stream_drain(struct stream *s)
{
    char *buffer = take_buffer();
    int waiting = 0;
    ssize_t n = -1;
    bool ended;

    /* A grandchild may go on writing for ever: read what is there by now, and look once for the end. */
    if (ioctl(s->fd, FIONREAD, &waiting) < 0)
        waiting = PIPE_WIDEST;
    s->calls++;
    while (may_read(s) && (n = read_some(s, buffer)) > 0) {
        tell(s, buffer, (size_t)n);
        if (waiting <= 0)
            break;
        waiting -= (int)n;
    }
    give_buffer_back(buffer);
    if (n == 0)
        end(s);
    s->calls--;
    ended = s->ended;
    free_if_closed(s);
    return ended;
}

static void set_non_blocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags >= 0 && (flags & O_NONBLOCK) == 0)
        fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

struct stream *stream_open(struct loop *loop, int fd, stream_fn *fn, void *arg)
{
    struct stream *s = xcalloc(1, sizeof *s);
    int capacity = fcntl(fd, F_GETPIPE_SZ);

    set_non_blocking(fd);
    s->fd = fd;
    s->fn = fn;
    s->arg = arg;
    s->is_pipe = capacity > 0;
    s->pace.capacity = s->is_pipe ? (size_t)capacity : PIPE_DEFAULT;
    s->naps = naps_join(loop);
    s->watch = watch_start(loop, fd, WATCH_READ, on_readable, s);
    s->watching = true;
    return s;
}

int stream_fd(const struct stream *s)
{
    return s->fd;
}

void stream_pause(struct stream *s)
{
    if (s->paused)
        return;
    s->paused = true;
    nap_stop(&s->nap);
    set_watching(s, false);
}

void stream_resume(struct stream *s)
{
    if (!s->paused)
        return;
    s->paused = false;
    if (!s->ended)
        set_watching(s, true);
}

void stream_close(struct stream *s)
{
    if (s == NULL || s->fd < 0)
        return;
    nap_stop(&s->nap);
    naps_leave(s->naps);
    watch_stop(&s->watch);
    close(s->fd);
    s->fd = -1;
    free_if_closed(s);
}
