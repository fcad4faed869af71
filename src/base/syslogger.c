#include "base/syslogger.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

static struct {
    const char *path;
    int facility;
    int fd;
    bool is_stream; /* an old daemon's: messages end with a zero byte */
} logger = { .path = "/dev/log", .facility = LOG_DAEMON, .fd = -1 };

void syslogger_use(const char *path)
{
    syslogger_close();
    logger.path = path;
}

void syslogger_set_facility(int facility)
{
    logger.facility = facility;
}

void syslogger_close(void)
{
    if (logger.fd >= 0)
        close(logger.fd);
    logger.fd = -1;
}

static bool connect_as(int type)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    int reason;

    snprintf(name.sun_path, sizeof name.sun_path, "%s", logger.path);
    logger.fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    logger.is_stream = type == SOCK_STREAM;
    if (logger.fd < 0 || connect(logger.fd, (struct sockaddr *)&name, sizeof name) == 0)
        return logger.fd >= 0;
    reason = errno;
    syslogger_close();
    errno = reason;
    return false;
}

static bool connect_anew(void)
{
    syslogger_close();
    return connect_as(SOCK_DGRAM) || (errno == EPROTOTYPE && connect_as(SOCK_STREAM));
}

void syslogger_open(void)
{
    if (logger.fd < 0)
        connect_anew();
}

/* "<27>Nov  7 09:30:00 reeve[812]: ", in local time and English. */
static size_t write_head(char *out, size_t size, int priority)
{
    static const char months[][4] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    time_t now = time(NULL);
    struct tm t;

    localtime_r(&now, &t);
    return (size_t)snprintf(out, size, "<%d>%s %2d %02d:%02d:%02d reeve[%d]: ", logger.facility | priority,
                            months[t.tm_mon], t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, (int)getpid());
}

/* Half a message in a stream would run into the next one: the daemon sees an end there. */
static bool send_parts(struct iovec *parts, size_t count)
{
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = count };
    size_t length = 0;
    ssize_t n;

    for (size_t i = 0; i < count; i++)
        length += parts[i].iov_len;
    do
        n = sendmsg(logger.fd, &message, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0 || (size_t)n == length)
        return n >= 0;
    syslogger_close();
    errno = EAGAIN;
    return false;
}

/* Whether a new connection could help. */
static bool is_gone(int reason)
{
    return reason != EAGAIN && reason != ENOBUFS && reason != EMSGSIZE;
}

bool syslogger_send(int priority, const char *text, size_t length)
{
    bool is_new = logger.fd < 0;
    char head[80];
    struct iovec parts[] = { { head, write_head(head, sizeof head, priority) }, { (char *)text, length }, { "", 1 } };

    if (is_new && !connect_anew())
        return false;
    if (send_parts(parts, logger.is_stream ? 3 : 2))
        return true;
    if (is_new || !is_gone(errno))
        return false;
    return connect_anew() && send_parts(parts, logger.is_stream ? 3 : 2);
}
