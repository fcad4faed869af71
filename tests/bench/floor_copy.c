/* floor_copy: the least that can be done about a log that is captured and rotated: read, write, rename.
 *
 *   floor_copy FILE MAX-SIZE BACKUPS PROGRAM ARGUMENT...
 *
 * SIGTERM ends it. */
#include "floor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *path;
static int64_t max_size;
static int backups;

static int open_log(void)
{
    return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

static void rename_backup(int from)
{
    char older[4096], newer[4096];

    snprintf(older, sizeof older, "%s.%d", path, from + 1);
    snprintf(newer, sizeof newer, "%s.%d", path, from);
    rename(from == 0 ? path : newer, older);
}

static int rotate(int log)
{
    close(log);
    for (int i = backups - 1; i >= 0; i--)
        rename_backup(i);
    return open_log();
}

static bool write_all(int fd, const char *bytes, ssize_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, (size_t)length);

        if (n <= 0)
            return false;
        bytes += n;
        length -= n;
    }
    return true;
}

/* Until the end of the stream, or of us. */
static void copy(int from)
{
    static char bytes[262144];
    int log = open_log();
    int64_t size = 0;
    ssize_t n;

    while (!floor_is_over() && ((n = read(from, bytes, sizeof bytes)) > 0 || errno == EINTR)) {
        if (n <= 0)
            continue;
        if (size + n > max_size) {
            ssize_t rest = (ssize_t)(max_size - size);

            write_all(log, bytes, rest);
            log = rotate(log);
            write_all(log, bytes + rest, n - rest);
            size = n - rest;
        } else {
            write_all(log, bytes, n);
            size += n;
        }
    }
}

int main(int argc, char **argv)
{
    int ends[2];
    pid_t child;

    if (argc < 5 || pipe2(ends, O_CLOEXEC) != 0)
        return 2;
    path = argv[1];
    max_size = atol(argv[2]);
    backups = atoi(argv[3]);
    fcntl(ends[0], F_SETPIPE_SZ, 1 << 20);
    floor_watch_signals();
    child = floor_spawn(argv + 4, ends[1]);
    close(ends[1]);
    copy(ends[0]);
    floor_stop(&child, 1);
    return 0;
}
