#include "os/procfs.h"

#include "base/buffer.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    ENVIRONMENT_PIECE = 16 << 10,
    ENVIRONMENT_MOST = 2 << 20,
    EXEC_TRIES = 6,
    EXEC_WAIT = 2 * 1000 * 1000, /* ns */
    KERNEL_THREAD = 0x00200000   /* PF_KTHREAD */
};

/* The beginning of a small file, as a text. */
static bool read_file(const char *path, char *to, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return false;
    n = read(fd, to, size - 1);
    close(fd);
    to[n > 0 ? n : 0] = '\0';
    return n > 0;
}

bool procfs_read(pid_t pid, const char *name, char *to, size_t size)
{
    char path[48];

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    return read_file(path, to, size);
}

/* The name in parentheses may hold anything, even parentheses: what follows its last one counts. */
bool procfs_look(pid_t pid, struct procfs_stat *out)
{
    char stat[512], state;
    const char *end;
    int parent, group, session;
    unsigned flags;
    long long start;

    if (pid <= 0 || !procfs_read(pid, "stat", stat, sizeof stat))
        return false;
    end = strrchr(stat, ')');
    if (end == NULL || sscanf(end, ") %c %d %d %d %*s %*s %u %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lld",
                              &state, &parent, &group, &session, &flags, &start) != 6)
        return false;
    *out = (struct procfs_stat){ .parent = parent,
                                 .group = group,
                                 .session = session,
                                 .start = start,
                                 .ended = state == 'Z' || state == 'X',
                                 .is_kernels = (flags & KERNEL_THREAD) != 0 };
    return true;
}

bool procfs_mark(pid_t pid, struct process_mark *out)
{
    struct procfs_stat stat;

    if (!procfs_look(pid, &stat) || stat.ended)
        return false;
    *out = (struct process_mark){ .pid = pid, .start = stat.start };
    return true;
}

bool procfs_lives(const struct process_mark *who)
{
    struct process_mark now;

    return procfs_mark(who->pid, &now) && now.start == who->start;
}

msec procfs_age(const struct process_mark *who)
{
    struct timespec now;
    msec started = who->start * 1000 / sysconf(_SC_CLK_TCK);
    msec age;

    clock_gettime(CLOCK_BOOTTIME, &now);
    age = (msec)now.tv_sec * 1000 + now.tv_nsec / 1000000 - started;
    return age > 0 ? age : 0;
}

/* Who owns its folder in /proc says less: root does of one that has changed its user. */
bool procfs_is_of(pid_t pid, uid_t user)
{
    char status[2048];
    const char *line;
    unsigned real, effective;

    if (!procfs_read(pid, "status", status, sizeof status) || (line = strstr(status, "\nUid:")) == NULL)
        return false;
    return sscanf(line, "\nUid: %u %u", &real, &effective) == 2 && (real == user || effective == user);
}

pid_t procfs_session(pid_t pid)
{
    pid_t session = getsid(pid);

    return session > 0 ? session : 0;
}

pid_t procfs_parent(pid_t pid)
{
    struct procfs_stat stat;

    return procfs_look(pid, &stat) ? stat.parent : 0;
}

int64_t procfs_memory(pid_t pid)
{
    char statm[128];
    long long pages;

    if (!procfs_read(pid, "statm", statm, sizeof statm) || sscanf(statm, "%*s %lld", &pages) != 1)
        return -1;
    return pages * sysconf(_SC_PAGESIZE);
}

/* In "A=1\0B=2\0". A longer value is cut. */
static bool find_variable(const struct buffer *environment, const char *name, char *value, size_t size)
{
    const char *entry = environment->data, *end = entry + environment->length;
    size_t length = strlen(name);

    for (; entry < end; entry += strlen(entry) + 1)
        if (strncmp(entry, name, length) == 0 && entry[length] == '=') {
            snprintf(value, size, "%s", entry + length + 1);
            return true;
        }
    return false;
}

/* False: we may not look, or it is gone. */
static bool read_environment(pid_t pid, struct buffer *out)
{
    char path[48];
    ssize_t n = 0;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    do {
        out->length += (size_t)n;
        buffer_reserve(out, ENVIRONMENT_PIECE);
        n = read(fd, out->data + out->length, ENVIRONMENT_PIECE - 1);
    } while (n > 0 && out->length < ENVIRONMENT_MOST);
    close(fd);
    out->data[out->length] = '\0';
    return n >= 0;
}

/* Threads of the kernel have none, and never will. */
static bool may_get_an_environment(pid_t pid)
{
    struct procfs_stat stat;

    return procfs_look(pid, &stat) && !stat.ended && !stat.is_kernels;
}

/* In the middle of an exec there is nothing to be seen: look again a little later. */
bool procfs_variable(pid_t pid, const char *name, char *value, size_t size)
{
    const struct timespec wait = { .tv_nsec = EXEC_WAIT };
    struct buffer environment = { 0 };
    bool found;

    for (int tries = 0; tries < EXEC_TRIES && environment.length == 0; tries++) {
        if (tries > 0 && (!may_get_an_environment(pid) || nanosleep(&wait, NULL) < 0))
            break;
        if (!read_environment(pid, &environment))
            break;
    }
    found = environment.length > 0 && find_variable(&environment, name, value, size);
    buffer_free(&environment);
    return found;
}

const char *procfs_boot(void)
{
    static char boot[64];

    if (boot[0] == '\0' && read_file("/proc/sys/kernel/random/boot_id", boot, sizeof boot))
        boot[strcspn(boot, " \n")] = '\0';
    return boot;
}

void procfs_each(procfs_each_fn *fn, void *arg)
{
    DIR *proc = opendir("/proc");
    struct process_mark who;
    struct dirent *entry;
    pid_t pid;

    while (proc != NULL && (entry = readdir(proc)) != NULL) {
        pid = (pid_t)atoi(entry->d_name);
        if (pid > 0 && pid != getpid() && procfs_mark(pid, &who))
            fn(pid, arg);
    }
    if (proc != NULL)
        closedir(proc);
}

struct group_search {
    pid_t group;
    bool found;
};

static void look_for_group(pid_t pid, void *arg)
{
    struct group_search *search = arg;

    search->found = search->found || getpgid(pid) == search->group;
}

bool procfs_group_lives(pid_t group)
{
    struct group_search search = { .group = group };

    procfs_each(look_for_group, &search);
    return search.found;
}
