/* floor: what the smallest supervisors have in common. */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include <stdbool.h>
#include <sys/types.h>

/* True once SIGTERM or SIGINT came; system calls are interrupted by them. */
bool floor_is_over(void);
void floor_watch_signals(void);

/* vfork and exec, with `output` as standard output unless it is -1. */
pid_t floor_spawn(char **argv, int output);

/* End these children and reap them. */
void floor_stop(const pid_t *pids, int count);

#endif
