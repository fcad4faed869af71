#include "os/orphans.h"

#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "12 (a name) with) anything) S 1 …": the parent is the second word behind the last parenthesis. */
static pid_t parent_in(const char *stat)
{
    const char *end = strrchr(stat, ')');

    return end != NULL && strlen(end) > 4 ? (pid_t)atoi(end + 4) : 0;
}

static pid_t parent_of(int proc, const char *pid)
{
    char path[32], stat[512];
    ssize_t length;
    int fd;

    snprintf(path, sizeof path, "%.10s/stat", pid);
    fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0; /* It has ended. */
    length = read(fd, stat, sizeof stat - 1);
    close(fd);
    stat[length > 0 ? length : 0] = '\0';
    return parent_in(stat);
}

size_t orphans_kill(orphans_spare_fn *spare, void *arg)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    size_t count = 0;
    pid_t pid;

    if (proc == NULL) {
        log_warning("orphans cannot be found: /proc: %s", strerror(errno));
        return 0;
    }
    while ((entry = readdir(proc)) != NULL) {
        pid = (pid_t)atoi(entry->d_name);
        if (pid <= 0 || parent_of(dirfd(proc), entry->d_name) != getpid() || spare(pid, arg))
            continue;
        kill(pid, SIGKILL);
        count++;
    }
    closedir(proc);
    return count;
}
