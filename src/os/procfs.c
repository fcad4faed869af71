#include "os/procfs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The beginning of a small file of a process, as a text. */
static bool read_file(pid_t pid, const char *name, char *to, size_t size)
{
    char path[48];
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    n = read(fd, to, size - 1);
    close(fd);
    to[n > 0 ? n : 0] = '\0';
    return n > 0;
}

pid_t procfs_session(pid_t pid)
{
    pid_t session = getsid(pid);

    return session > 0 ? session : 0;
}

/* The name in parentheses may hold anything, even parentheses: what follows its last one counts. */
pid_t procfs_parent(pid_t pid)
{
    char stat[512];
    const char *end;
    int parent;

    if (!read_file(pid, "stat", stat, sizeof stat))
        return 0;
    end = strrchr(stat, ')');
    return end != NULL && sscanf(end, ") %*c %d", &parent) == 1 ? parent : 0;
}

int64_t procfs_memory(pid_t pid)
{
    char statm[128];
    long long pages;

    if (!read_file(pid, "statm", statm, sizeof statm) || sscanf(statm, "%*s %lld", &pages) != 1)
        return -1;
    return pages * sysconf(_SC_PAGESIZE);
}
