#include "os/oom.h"

#include "fake/fake.h"

static pid_t taken;

void oom_open(const char *proc, const char *log)
{
    (void)proc;
    (void)log;
}

void oom_close(void)
{
}

bool oom_took(pid_t pid)
{
    return pid == taken;
}

void fake_oom(pid_t pid)
{
    taken = pid;
}
