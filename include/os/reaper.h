/* reaper: hears from SIGCHLD who has ended: our children, and the orphans of others, which come to a subreaper. Of
 * those who end together the kernel names only the first, so the reaper looks for the others among all children; how
 * often is up to who knows how many there are. */
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

enum { REAPER_LAZY = 50, REAPER_PROMPT = 5, REAPER_AT_ONCE = 0 };

/* Blocks SIGCHLD, as all threads must. `on_swept` is called after each look that was asked for. */
struct reaper *reaper_open(struct loop *loop, reaper_ended_fn *on_ended, loop_fn *on_swept, void *arg);
void reaper_close(struct reaper *r);

/* After a look at all that found nobody there is none for so long, whoever is named meanwhile. 0 at first. */
void reaper_set_rest(struct reaper *r, msec rest);

/* Somebody was asked to end, and maybe others with him: no rest for a second. */
void reaper_expect(struct reaper *r);

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
