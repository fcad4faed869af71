/* oom: whether the kernel has ended a child of ours because memory ran out. It says so in two places: in its own log,
 * with the pid, which only root may read and only outside of containers makes sense; and as a number, counted for the
 * control group that we are in, which tells that somebody of ours was ended, but not who. */
#ifndef OS_OOM_H
#define OS_OOM_H

#include <stdbool.h>
#include <sys/types.h>

/* From now on we look; what was before does not count. `proc` is "/proc/self", `log` "/dev/kmsg". What cannot be read
 * is done without. Once per process. */
void oom_open(const char *proc, const char *log);
void oom_close(void);

/* Whether it was that which has just killed this child, of which is known that nobody of us has sent it SIGKILL. */
bool oom_took(pid_t pid);

#endif
