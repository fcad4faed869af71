#include "os/system_log.h"

#include <errno.h>
#include <paths.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syslog.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_LONGEST = 8192 };

/* As syslog(3) writes it: every daemon that reads the socket understands that. */
static size_t compose(char *out, size_t size, int priority, const char *ident, const char *text)
{
    time_t now = time(NULL);
    struct tm local;
    char stamp[32];
    int length;

    if ((priority & LOG_FACMASK) == 0)
        priority |= LOG_DAEMON;
    localtime_r(&now, &local);
    strftime(stamp, sizeof stamp, "%b %e %H:%M:%S", &local);
    length = snprintf(out, size, "<%d>%s %s[%d]: %.*s", priority, stamp, ident, (int)getpid(), (int)strcspn(text, "\n"),
                      text);
    return (size_t)length < size ? (size_t)length : size - 1;
}

/* syslog(3) would wait for a daemon that does not read. */
bool system_log_send(int priority, const char *ident, const char *text, struct error *e)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = _PATH_LOG };
    char line[TEXT_LONGEST];
    size_t length = compose(line, sizeof line, priority, ident, text);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool sent = fd >= 0 && sendto(fd, line, length, MSG_NOSIGNAL, (struct sockaddr *)&address, sizeof address) >= 0;

    if (!sent && errno == EAGAIN)
        failure(e, "the system's log does not read its socket %s", _PATH_LOG);
    else if (!sent)
        failure_errno(e, "cannot reach the system's log at %s", _PATH_LOG);
    if (fd >= 0)
        close(fd);
    return sent;
}
