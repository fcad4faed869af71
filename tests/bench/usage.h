/* usage: what a process used so far, from /proc. A process that is gone used nothing. */
#ifndef BENCH_USAGE_H
#define BENCH_USAGE_H

#include <stdint.h>
#include <sys/types.h>

/* Nanoseconds of processor time; the main thread's. */
int64_t usage_cpu(pid_t pid);

/* Its proportional share of memory in KiB. */
int64_t usage_pss(pid_t pid);

/* How often it was given a processor, or lost it. */
int64_t usage_switches(pid_t pid);

/* Call `fn` for the process and all below it. */
void usage_each(pid_t pid, void (*fn)(pid_t pid, void *arg), void *arg);

#endif
