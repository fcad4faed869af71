#include "usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *open_proc(pid_t pid, const char *name)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    return fopen(path, "re");
}

/* The sum of the numbers behind the lines with `word` in them. */
static int64_t sum_of(pid_t pid, const char *name, const char *word)
{
    FILE *file = open_proc(pid, name);
    char line[256];
    int64_t sum = 0;

    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strstr(line, word) != NULL && strchr(line, ':') != NULL)
            sum += atoll(strchr(line, ':') + 1);
    if (file != NULL)
        fclose(file);
    return sum;
}

int64_t usage_cpu(pid_t pid)
{
    FILE *file = open_proc(pid, "schedstat");
    long long cpu = 0;

    if (file != NULL) {
        if (fscanf(file, "%lld", &cpu) != 1)
            cpu = 0;
        fclose(file);
    }
    return cpu;
}

int64_t usage_pss(pid_t pid)
{
    return sum_of(pid, "smaps_rollup", "Pss:");
}

int64_t usage_switches(pid_t pid)
{
    return sum_of(pid, "status", "ctxt_switches:");
}

void usage_each(pid_t pid, void (*fn)(pid_t pid, void *arg), void *arg)
{
    char name[48];
    FILE *file;
    int child;

    fn(pid, arg);
    snprintf(name, sizeof name, "task/%d/children", (int)pid);
    file = open_proc(pid, name);
    while (file != NULL && fscanf(file, "%d", &child) == 1)
        usage_each(child, fn, arg);
    if (file != NULL)
        fclose(file);
}
