/* procfs: what the kernel says of a process that may not be our child. */
#ifndef OS_PROCFS_H
#define OS_PROCFS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Its session; 0: it is gone. */
pid_t procfs_session(pid_t pid);

/* Its parent; 0: it is gone, or has none. */
pid_t procfs_parent(pid_t pid);

/* The memory it has in use, in bytes (its resident set); -1: it is gone. */
int64_t procfs_memory(pid_t pid);

#endif
