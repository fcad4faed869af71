#include "base/logtarget.h"

#include "base/syslogger.h"
#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* How long a reader of our stderr may keep us waiting, once. */
enum { PATIENCE = 100 };

enum { ADOPTED_MOST = 16 };

/* A daemon changes to / before its log is opened again. */
static char *absolute(const char *path)
{
    char *here, *whole;

    if (path[0] == '/' || (here = getcwd(NULL, 0)) == NULL)
        return xstrdup(path);
    whole = xasprintf("%s/%s", strcmp(here, "/") != 0 ? here : "", path);
    free(here);
    return whole;
}

/* Not waiting matters for pipes only: one without a reader is refused at once. */
static int open_file(const char *path, struct error *e)
{
    int fd;

    do
        fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        failure_errno(e, "cannot open the log '%s'", path);
    return fd;
}

/* Of a former life, until they are opened. */
static struct {
    char *path; /* owned */
    int fd;
} adopted[ADOPTED_MOST];

void logtarget_adopt(const char *path, int fd)
{
    for (size_t i = 0; i < ADOPTED_MOST; i++)
        if (adopted[i].path == NULL) {
            adopted[i].path = xstrdup(path);
            adopted[i].fd = fd;
            return;
        }
    close(fd);
}

static int take_adopted(const char *path)
{
    for (size_t i = 0; i < ADOPTED_MOST; i++)
        if (adopted[i].path != NULL && strcmp(adopted[i].path, path) == 0) {
            free(adopted[i].path);
            adopted[i].path = NULL;
            return adopted[i].fd;
        }
    return -1;
}

void logtarget_drop_adopted(void)
{
    for (size_t i = 0; i < ADOPTED_MOST; i++) {
        if (adopted[i].path == NULL)
            continue;
        close(adopted[i].fd);
        free(adopted[i].path);
        adopted[i].path = NULL;
    }
}

bool logtarget_open(struct logtarget *t, const char *name, struct error *e)
{
    *t = (struct logtarget){ .fd = -1 };
    if (strcmp(name, "syslog") == 0)
        return true;
    if (strcmp(name, "stderr") == 0) {
        t->fd = STDERR_FILENO;
        return true;
    }
    t->path = absolute(name);
    t->fd = take_adopted(t->path);
    if (t->fd < 0)
        t->fd = open_file(t->path, e);
    if (t->fd >= 0)
        return true;
    logtarget_close(t);
    return false;
}

bool logtarget_reopen(struct logtarget *t, struct error *e)
{
    int fd;

    if (t->path == NULL)
        return true;
    if ((fd = open_file(t->path, e)) < 0)
        return false;
    close(t->fd);
    t->fd = fd;
    t->torn = false;
    return true;
}

/* stderr is shared with others and may not be made non-blocking: look whether it takes a line first. */
static bool takes_a_line(const struct logtarget *t)
{
    struct pollfd ready = { .fd = t->fd, .events = POLLOUT };

    if (t->path != NULL || poll(&ready, 1, t->lost > 0 ? 0 : PATIENCE) != 0)
        return true;
    errno = EAGAIN;
    return false;
}

/* One call, so that lines of several writers do not mix. */
static bool put(struct logtarget *t, const char *bytes, size_t length)
{
    struct iovec parts[] = { { "\n", t->torn }, { (char *)bytes, length } };
    ssize_t n;

    if (!takes_a_line(t))
        return false;
    do
        n = writev(t->fd, parts, 2);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return false;
    length += t->torn;
    t->torn = (size_t)n < length && (n > 0 || t->torn);
    if (t->torn)
        errno = ENOSPC; /* the usual reason, and the next write will say it */
    return !t->torn;
}

const char *logtarget_name(const struct logtarget *t)
{
    return t->path != NULL ? t->path : t->fd < 0 ? "syslog" : "stderr";
}

bool logtarget_write(struct logtarget *t, int level, const char *line, const char *stamped, size_t length)
{
    if (t->fd < 0 ? syslogger_send(level, line, strlen(line)) : put(t, stamped, length))
        return true;
    if (t->lost++ == 0)
        t->reason = errno;
    return false;
}

void logtarget_close(struct logtarget *t)
{
    if (t->path != NULL && t->fd >= 0)
        close(t->fd);
    free(t->path);
    *t = (struct logtarget){ .fd = -1 };
}
