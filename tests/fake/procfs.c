#include "os/procfs.h"

#include "fake/fake.h"
#include "fake/fake_private.h"
#include "os/clock.h"

static int64_t memory;

/* One process that is no child of ours; pid 0: there is none. */
static struct process_mark other;

bool procfs_read(pid_t pid, const char *name, char *to, size_t size)
{
    (void)pid;
    (void)name;
    (void)to;
    (void)size;
    return false;
}

bool procfs_look(pid_t pid, struct procfs_stat *out)
{
    struct process_mark who;

    if (!procfs_mark(pid, &who))
        return false;
    *out = (struct procfs_stat){ .parent = 1, .group = pid, .session = pid, .start = who.start };
    return true;
}

/* A child's start is its pid. */
bool procfs_mark(pid_t pid, struct process_mark *out)
{
    *out = other;
    if (pid > 0 && pid == other.pid)
        return true;
    *out = (struct process_mark){ .pid = pid, .start = pid };
    return fake_lives(pid);
}

bool procfs_lives(const struct process_mark *who)
{
    struct process_mark now;

    return procfs_mark(who->pid, &now) && now.start == who->start;
}

/* Everybody was started five seconds ago. */
msec procfs_age(const struct process_mark *who)
{
    (void)who;
    return 5000;
}

bool procfs_is_of(pid_t pid, uid_t user)
{
    (void)pid;
    (void)user;
    return true;
}

pid_t procfs_session(pid_t pid)
{
    (void)pid;
    return 0;
}

pid_t procfs_parent(pid_t pid)
{
    (void)pid;
    return 0;
}

bool procfs_group_lives(pid_t group)
{
    (void)group;
    return false;
}

int64_t procfs_memory(pid_t pid)
{
    (void)pid;
    return memory;
}

bool procfs_variable(pid_t pid, const char *name, char *value, size_t size)
{
    return fake_variable(pid, name, value, size);
}

const char *procfs_boot(void)
{
    return "this-boot";
}

void procfs_each(procfs_each_fn *fn, void *arg)
{
    (void)fn;
    (void)arg;
}

void fake_memory(int64_t bytes)
{
    memory = bytes;
}

void fake_process(pid_t pid, int64_t start)
{
    other = (struct process_mark){ pid, start };
}
