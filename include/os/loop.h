/* loop: one thread waits for descriptors and times, and calls back. The only user of libevent's
 * core. Nothing wakes up while nothing is pending. */
#ifndef OS_LOOP_H
#define OS_LOOP_H

#include "base/duration.h"

struct loop;
struct timer;
struct watch;

typedef void loop_fn(void *arg);

/* One loop per process; aborts when the kernel has no epoll for us. */
struct loop *loop_new(void);

/* Everything on it must have been stopped. NULL is welcome. */
void loop_free(struct loop *loop);

/* Turn until loop_end. */
void loop_run(struct loop *loop);
void loop_end(struct loop *loop);

/* Who keeps watch over the callbacks: `begin` comes before the first one of a turn, `next` behind each, `end` before
 * the loop waits again. Each may be NULL; all of it: nobody does. */
struct loop_guard {
    loop_fn *begin, *next, *end;
    void *arg;
};
void loop_set_guard(struct loop *loop, const struct loop_guard *guard);

/* Call `fn` once, after the callback that is running now has returned. For freeing what is in use.
 * Calls run in the order in which they were asked for. */
void loop_later(struct loop *loop, loop_fn *fn, void *arg);

/* Call `fn` once, `delay` from now. The handle is spent when `fn` is called: the owner forgets it
 * (sets its pointer to NULL) first thing in `fn`. */
struct timer *timer_start(struct loop *loop, msec delay, loop_fn *fn, void *arg);

/* Never call it, and free it; *t becomes NULL. A NULL timer is welcome. */
void timer_stop(struct timer **t);

/* When it fires: a time of clock_now. 0: a NULL timer. */
msec timer_due(const struct timer *t);

enum { WATCH_READ = 1, WATCH_WRITE = 2 };

typedef void watch_fn(int fd, int what, void *arg);

/* Call `fn` whenever `fd` is readable or writable (level-triggered). The descriptor stays the caller's. */
struct watch *watch_start(struct loop *loop, int fd, int what, watch_fn *fn, void *arg);

/* Be quiet, and speak again, without giving the watch up. */
void watch_pause(struct watch *w);
void watch_resume(struct watch *w);

/* Before the descriptor is closed. *w becomes NULL; a NULL watch is welcome. */
void watch_stop(struct watch **w);

#endif
