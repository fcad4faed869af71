/* usage: what a process uses of the machine, as the kernel says. */
#ifndef OS_USAGE_H
#define OS_USAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct usage {
    int64_t rss; /* bytes of memory in use */
    double cpu;  /* seconds, of its own and of children that it has waited for */
    int threads;
    int fds; /* -1: we may not look */
};

/* False: it is gone. */
bool usage_of(pid_t pid, struct usage *out);

#endif
