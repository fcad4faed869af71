/* What the parts of the children share: their lives (child.c), who takes the place of one (child_heir.c), those that
 * this life has not started (child_resume.c), those whom nobody wants any more (child_strays.c). */
#ifndef OS_CHILD_PRIVATE_H
#define OS_CHILD_PRIVATE_H

#include "os/child.h"
#include "os/pidmap.h"
#include "os/reaper.h"
#include "os/spawn.h"
#include "os/stranger.h"

#include <stdbool.h>
#include <sys/queue.h>

enum child_state { RUNNING, ENDING, REAPED };

struct child {
    pid_t pid; /* first: the map looks there */
    int pidfd; /* -1: the kernel has none, or it is reaped */
    struct children *all;
    child_exit_fn *on_exit; /* NULL: freed by its owner */
    void *arg;
    unsigned char state;
    bool freed;
    bool spared;
    bool lost;    /* REAPED, but its owner does not know yet */
    bool adopted; /* a stranger */
};

struct group_watch {
    LIST_ENTRY(group_watch) link;
    struct child *child;
    loop_fn *fn;
    void *arg;
};

/* Few have one, so that the others need not pay for it. */
struct heir {
    LIST_ENTRY(heir) link;
    struct child *child;
    pid_t pid;
    pid_t group; /* 0: it has not taken over yet */
};

struct children {
    struct loop *loop;
    struct spawner *spawner;
    struct reaper *reaper;
    struct pidmap by_pid; /* those that are not reaped */
    int ends;             /* an epoll of their pidfds */
    struct watch *watch;
    size_t silent; /* children without a pidfd */
    LIST_HEAD(, group_watch) group_watches;
    LIST_HEAD(, heir) heirs;
    LIST_HEAD(, stranger) strangers;
};

/* Who has this number and is not reaped; NULL: nobody. */
struct child *child_find(const struct children *all, pid_t pid);

/* Hear of its end by its pidfd, or by the reaper if it has none. */
void child_hear_of_end(struct child *c);

/* The same for one that runs: while it is our child its number is nobody else's, dead or alive. */
void child_begin_hearing(struct child *c);

/* Free it; it is in no list any more. */
void child_destroy(struct child *c);

/* Who is to take its place, or has; NULL: nobody. */
struct heir *child_heir_of(const struct child *c);
struct heir *child_add_heir(struct child *c, pid_t pid, pid_t group);
void child_disinherit(const struct child *c);

#endif
