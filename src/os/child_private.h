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
    LIST_HEAD(, group_watch) group_watches;
    LIST_HEAD(, heir) heirs;
    LIST_HEAD(, stranger) strangers;
};

/* Who has this number and is not reaped; NULL: nobody. */
struct child *child_find(const struct children *all, pid_t pid);

/* From now on it is found by its pid, and told of its end. */
void child_enter(struct child *c);

/* The same for one whose end the kernel does not tell us as a parent. */
void child_enter_stranger(struct stranger *s);

/* Free it; it is in no list any more. */
void child_destroy(struct child *c);

/* Who is to take its place, or has; NULL: nobody. */
struct heir *child_heir_of(const struct child *c);
struct heir *child_add_heir(struct child *c, pid_t pid, pid_t group);
void child_disinherit(const struct child *c);

#endif
