/* procfs: what the kernel says of a process that may not be our child. */
#ifndef OS_PROCFS_H
#define OS_PROCFS_H

#include "base/duration.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One process among all there are until the machine goes down: pids are used again, but not with the same start. */
struct process_mark {
    pid_t pid;
    int64_t start; /* clock ticks since boot, as in /proc/PID/stat */
};

struct procfs_stat {
    pid_t parent, group, session;
    int64_t start;
    bool ended;      /* a zombie */
    bool is_kernels; /* a thread of the kernel */
};

/* The beginning of a small file of the process, such as "stat", as a text. False: it is gone, or we may not look. */
bool procfs_read(pid_t pid, const char *name, char *to, size_t size);

/* False: it is gone. */
bool procfs_look(pid_t pid, struct procfs_stat *out);

/* The mark of a process that lives. False: it does not, or we could not look: then errno, else left alone, says why. */
bool procfs_mark(pid_t pid, struct process_mark *out);

/* Whether that very process lives. */
bool procfs_lives(const struct process_mark *who);

/* How long ago it was started. */
msec procfs_age(const struct process_mark *who);

/* Whether it runs as this user, by its real or its effective number. */
bool procfs_is_of(pid_t pid, uid_t user);

/* Its session; 0: it is gone. */
pid_t procfs_session(pid_t pid);

/* Its parent; 0: it is gone, or has none. */
pid_t procfs_parent(pid_t pid);

/* Whether somebody of this process group lives, our child or not. */
bool procfs_group_lives(pid_t group);

/* The memory it has in use, in bytes (its resident set); -1: it is gone. */
int64_t procfs_memory(pid_t pid);

/* The value of a variable in the environment that it was started with; false: it is not there, or we may not look. */
bool procfs_variable(pid_t pid, const char *name, char *value, size_t size);

/* A word that is different after each boot of the machine; empty: unknown. */
const char *procfs_boot(void);

/* Call `fn` for each process there is, ourselves and zombies excepted. */
typedef void procfs_each_fn(pid_t pid, void *arg);
void procfs_each(procfs_each_fn *fn, void *arg);

#endif
