#include "os/manager.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_un address;
static socklen_t address_length; /* 0: nobody is there */
static msec watchdog;

/* "/run/…", or "@…" for one without a file. */
static void find_address(const char *text)
{
    size_t length = text != NULL ? strlen(text) : 0;

    address_length = 0;
    if (length < 2 || length >= sizeof address.sun_path || (*text != '/' && *text != '@'))
        return;
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, text, length);
    address_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    if (*text == '@')
        address.sun_path[0] = '\0';
    else
        address_length++;
}

static void find_watchdog(const char *usec, const char *pid)
{
    bool ours = pid == NULL || atol(pid) == (long)getpid();

    watchdog = usec != NULL && ours ? (msec)(atoll(usec) / 1000) : 0;
}

/* What is said to us is not for our children: one with somebody else's LISTEN_FDS would look for sockets. */
static const char *const ours_alone[] = {
    "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", NULL
};

void manager_find(void)
{
    find_address(getenv("NOTIFY_SOCKET"));
    find_watchdog(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"));
    for (const char *const *name = ours_alone; *name != NULL; name++)
        unsetenv(*name);
}

bool manager_is_there(void)
{
    return address_length > 0;
}

void manager_tell(const char *text)
{
    int fd;

    if (address_length == 0)
        return;
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&address, address_length);
    close(fd);
}

msec manager_watchdog(void)
{
    return address_length > 0 ? watchdog : 0;
}
