/* floor_gather: the plain way to collect the output of many: wake at each write, read, write.
 *
 *   floor_gather COUNT FOLDER PROGRAM ARGUMENT...
 *
 * Each program has a file in the folder. SIGTERM ends all. */
#include "floor.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

struct stream {
    int pipe, log;
};

static void open_stream(struct stream *s, int epoll, const char *folder, int number, int *other_end)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = s };
    char path[4096];
    int ends[2];

    snprintf(path, sizeof path, "%s/%d.log", folder, number);
    s->log = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (s->log < 0 || pipe2(ends, O_CLOEXEC) != 0) {
        perror(path);
        exit(1);
    }
    s->pipe = ends[0];
    *other_end = ends[1];
    epoll_ctl(epoll, EPOLL_CTL_ADD, s->pipe, &event);
}

static void move(int epoll, struct stream *s)
{
    static char bytes[65536];
    ssize_t n = read(s->pipe, bytes, sizeof bytes);

    if (n <= 0)
        epoll_ctl(epoll, EPOLL_CTL_DEL, s->pipe, NULL);
    else if (write(s->log, bytes, (size_t)n) != n)
        exit(1);
}

int main(int argc, char **argv)
{
    int count = argc > 3 ? atoi(argv[1]) : 0, epoll = epoll_create1(EPOLL_CLOEXEC);
    struct stream *streams = calloc((size_t)count + 1, sizeof *streams);
    pid_t *pids = calloc((size_t)count + 1, sizeof *pids);

    if (count < 1 || epoll < 0 || streams == NULL || pids == NULL)
        return 2;
    floor_watch_signals();
    for (int i = 0; i < count; i++) {
        int output;

        open_stream(&streams[i], epoll, argv[2], i, &output);
        pids[i] = floor_spawn(argv + 3, output);
        close(output);
    }
    while (!floor_is_over()) {
        struct epoll_event events[256];
        int n = epoll_wait(epoll, events, 256, -1);

        for (int i = 0; i < n; i++)
            move(epoll, events[i].data.ptr);
    }
    floor_stop(pids, count);
    return 0;
}
