#include "os/spout.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* A terminal that says "writable" has room for one buffer of this size at least. */
enum { TERMINAL_STEP = 256 };

/* A pipe that says "writable" takes PIPE_BUF bytes at once. */
static size_t step_of(int fd, const struct spout *s)
{
    int flags = fcntl(fd, F_GETFL);

    if (s->regular || s->socket || flags < 0 || (flags & O_NONBLOCK) != 0)
        return 0;
    return isatty(fd) ? TERMINAL_STEP : PIPE_BUF;
}

void spout_open(struct spout *s, int fd, mode_t kind)
{
    *s = (struct spout){ .fd = fd, .regular = S_ISREG(kind), .socket = S_ISSOCK(kind) };
    s->step = step_of(fd, s);
}

void spout_close(struct spout *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

static ssize_t write_once(const struct spout *s, const char *data, size_t length)
{
    struct pollfd room = { .fd = s->fd, .events = POLLOUT };

    if (s->socket)
        return send(s->fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (s->step > 0 && poll(&room, 1, 0) == 0) {
        errno = EAGAIN;
        return -1;
    }
    return write(s->fd, data, s->step > 0 && length > s->step ? s->step : length);
}

size_t spout_write(const struct spout *s, const char *data, size_t length, int *reason)
{
    size_t done = 0;
    ssize_t n;

    *reason = 0;
    while (done < length) {
        n = write_once(s, data + done, length - done);
        if (n > 0) {
            done += (size_t)n;
        } else if (n == 0 || errno != EINTR) {
            *reason = n == 0 ? ENOSPC : errno;
            break;
        }
    }
    return done;
}
