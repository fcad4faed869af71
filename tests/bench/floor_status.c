/* floor_status: the least that a control port can do: a line in, a line out, from memory.
 *
 *   floor_status SOCKET COUNT
 *
 * Greets like reeve. A request with "all" in it is answered with COUNT entries, any other with one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static char *reply;
static int count;

static size_t write_entries(int from, int to)
{
    size_t length = 0;

    for (int i = from; i < to; i++)
        length += (size_t)sprintf(reply + length, "p%d RUNNING %d %ld,", i, 1000 + i, (long)time(NULL));
    reply[length++] = '\n';
    return length;
}

static void answer(int fd)
{
    char request[512];
    ssize_t n = read(fd, request, sizeof request - 1);
    size_t length, sent = 0;

    if (n <= 0) {
        close(fd);
        return;
    }
    request[n] = '\0';
    length = strstr(request, "all") != NULL ? write_entries(0, count) : write_entries(7, 8);
    while (sent < length && (n = write(fd, reply + sent, length - sent)) > 0)
        sent += (size_t)n;
}

static void watch(int epoll, int fd)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void welcome(int epoll, int listener)
{
    int fd = accept(listener, NULL, NULL);

    if (fd >= 0 && write(fd, "ready\n", 6) == 6)
        watch(epoll, fd);
}

int main(int argc, char **argv)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), epoll = epoll_create1(EPOLL_CLOEXEC);

    if (argc != 3)
        return 2;
    count = atoi(argv[2]);
    reply = malloc((size_t)count * 80 + 80);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
    if (reply == NULL || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 16) != 0) {
        perror(argv[1]);
        return 1;
    }
    watch(epoll, listener);
    for (;;) {
        struct epoll_event event;

        if (epoll_wait(epoll, &event, 1, -1) != 1)
            continue;
        if (event.data.fd == listener)
            welcome(epoll, listener);
        else
            answer(event.data.fd);
    }
}
