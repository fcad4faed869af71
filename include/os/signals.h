/* signals: what others tell reeve by signal, as callbacks on the loop.
 *
 * All of them are blocked in every thread and read from a signalfd, so that no callback runs in
 * the middle of something and no thread can swallow one. SIGPIPE is ignored, and so is SIGXFSZ: a file that may not
 * grow is an error like a full disk. Everything that was ignored by whoever started reeve is set back to default, so
 * that children start clean. */
#ifndef OS_SIGNALS_H
#define OS_SIGNALS_H

#include "os/loop.h"

typedef void signals_fn(int number, int sender_pid, void *arg);

/* Hear TERM INT QUIT HUP USR1 USR2 TTIN TTOU WINCH from now on. Once per process. */
void signals_open(struct loop *loop, signals_fn *fn, void *arg);

/* They stay blocked: none of them may end reeve in its last steps. */
void signals_close(void);

#endif
