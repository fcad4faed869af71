#include "os/usage.h"

#include "os/procfs.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int count_descriptors(pid_t pid)
{
    char path[48];
    struct dirent *entry;
    int count = 0;
    DIR *folder;

    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    folder = opendir(path);
    if (folder == NULL)
        return -1;
    while ((entry = readdir(folder)) != NULL)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

bool usage_of(pid_t pid, struct usage *out)
{
    unsigned long user, kernel;
    long children_user, children_kernel, threads, pages;
    char stat[1024];
    const char *end;

    if (!procfs_read(pid, "stat", stat, sizeof stat))
        return false;
    end = strrchr(stat, ')'); /* the name before it may hold anything */
    if (end == NULL || sscanf(end,
                              ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld %*d %*d %ld %*d %*u %*u "
                              "%ld",
                              &user, &kernel, &children_user, &children_kernel, &threads, &pages) != 6)
        return false;
    out->cpu = ((double)user + (double)kernel + (double)children_user + (double)children_kernel) /
               (double)sysconf(_SC_CLK_TCK);
    out->rss = (int64_t)pages * sysconf(_SC_PAGESIZE);
    out->threads = (int)threads;
    out->fds = count_descriptors(pid);
    return true;
}
