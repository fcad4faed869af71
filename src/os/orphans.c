#include "os/orphans.h"

#include "base/log.h"
#include "os/procfs.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
        if (pid <= 0 || procfs_parent(pid) != getpid() || spare(pid, arg))
            continue;
        kill(pid, SIGKILL);
        count++;
    }
    closedir(proc);
    return count;
}
