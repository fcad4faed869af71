/* reaper: hears from SIGCHLD that somebody ended and looks, some time later, who it was. Our own
 * children tell of their end by themselves, so that a storm of them costs one look in 50 ms;
 * what is left for the reaper are the orphans of others, which come to a subreaper. */
#ifndef OS_REAPER_H
#define OS_REAPER_H

#include "base/duration.h"
#include "os/child.h"
#include "os/loop.h"

#include <stdbool.h>
#include <sys/types.h>

struct reaper;

/* Somebody has ended and is still kept by the kernel. True: he was ours and is reaped now. Else the reaper does it. */
typedef bool reaper_ended_fn(pid_t pid, void *arg);

/* How long orphans may wait, by how many wait for them. */
enum { REAPER_LAZY = 50, REAPER_PROMPT = 5, REAPER_AT_ONCE = 0 };

/* Blocks SIGCHLD, as all threads must. `on_swept` is called after each look. */
struct reaper *reaper_open(struct loop *loop, reaper_ended_fn *on_ended, loop_fn *on_swept, void *arg);
void reaper_close(struct reaper *r);

/* How long to wait after a SIGCHLD: REAPER_LAZY until somebody says otherwise. */
void reaper_set_pace(struct reaper *r, msec pace);

/* Look within `delay`, SIGCHLD or not. */
void reaper_look_within(struct reaper *r, msec delay);

/* Wait at most `limit`, without the loop, for a SIGCHLD, and look. */
void reaper_wait(struct reaper *r, msec limit);

/* How a child of ours ended, which stays for reaper_reap; false if it lives. */
bool reaper_peek(pid_t pid, struct child_exit *out);
void reaper_reap(pid_t pid);

/* Whether a child of ours lives in this group; those who ended do not count. */
bool reaper_group_lives(pid_t group);

#endif
