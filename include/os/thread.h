/* thread: work beside the loop. */
#ifndef OS_THREAD_H
#define OS_THREAD_H

#include <stddef.h>

/* Call `run` on a thread of its own, which nobody waits for, with `stack` bytes. It has all signals blocked: each must
 * find the thread that waits for it. An error number, or 0. */
int thread_start(void *(*run)(void *arg), void *arg, size_t stack);

#endif
