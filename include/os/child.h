/* child: a process that we forked: start it, signal it, learn of its end.
 *
 * The fast path is clone(VM|VFORK|FILES): as quick with ten thousand open descriptors as
 * with ten. REEVE_SPAWN=fork in the environment, and a kernel that refuses the call, select a plain
 * fork (what valgrind can follow); the kernel's refusal is logged once.
 *
 * reeve is a subreaper: orphans of children come to us and are reaped here too. */
#ifndef OS_CHILD_H
#define OS_CHILD_H

#include "base/duration.h"
#include "base/error.h"
#include "os/identity.h"
#include "os/limits.h"
#include "os/loop.h"
#include "os/procfs.h"

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

struct children; /* all of them */
struct child;    /* one */

struct child_exit {
    int code;     /* exit status, or -1 when a signal ended it */
    int signal;   /* 0, or the signal that ended it */
    bool core;    /* the kernel says that it dumped core */
    bool unknown; /* it was not our child, so nobody can say: code is -1, signal 0 */
    struct rusage usage;
};

/* What a forked copy of us does instead of running a program; it returns the exit status. All signals are blocked, and
 * have their default actions; the environment is still ours. */
typedef int child_body_fn(void *arg);

/* What to run. All pointers are borrowed for the call. */
struct child_request {
    char *const *argv;   /* argv[0] without a slash is looked up in the PATH of `envp` */
    child_body_fn *body; /* not NULL: a copy of us that calls this; there is no argv */
    void *body_arg;
    char *const *envp;
    const char *directory; /* NULL: stay */
    int umask;             /* -1: leave */
    int stdio[3];          /* descriptors that become 0, 1, 2 */
    const int *passed;     /* become 3, 4 … (-1: stays closed); LISTEN_PID is filled in where envp has it */
    size_t passed_count;
    const struct identity *identity; /* NULL: stay who we are */
    const struct limit *limits;
    size_t limit_count;
    bool has_nice, has_oom_score_adj;
    int nice, oom_score_adj;
    bool no_new_privs;
    int deathsig;        /* sent by the kernel when reeve dies; 0: none */
    bool in_our_session; /* it leads a group only; for those who are many and short-lived: on a busy machine Linux makes
                            each session wait for its turn, and us with the child, until it has become its program */
    bool urgent;         /* somebody waits for this one: let it run before we go on with our own work */
};

/* Called when the child has ended, while the kernel still keeps it for us: until this returns its pid and
 * its process group cannot be anybody else's, so the group may still be signalled. The child is
 * reaped when it returns; the handle stays valid until child_free, which may be called in here. */
typedef void child_exit_fn(struct child *c, const struct child_exit *exit, void *arg);

/* Become a subreaper and look after children on this loop. Once per process. */
struct children *children_new(struct loop *loop);
void children_free(struct children *all);

/* Start it in a session of its own. Returns after the exec, or when the body begins, so a failed step is known here:
 * "chdir to '/nope': No such file or directory", "exec '/bin/x': Permission denied". NULL on failure. */
struct child *child_start(struct children *all, const struct child_request *request, child_exit_fn *on_exit, void *arg,
                          struct error *e);

/* One that a former life of ours has started: it is still our child. `heir` is the one that may have taken its place
 * (0: there was none), and `group` its process group. If it was reaped and nobody took its place, on_exit comes soon,
 * and nobody knows how it ended. */
struct child *child_resume(struct children *all, pid_t pid, pid_t heir, pid_t group, child_exit_fn *on_exit, void *arg);

/* One whose end is known already, for the sake of its group. */
struct child *child_resume_ended(struct children *all, pid_t pid, pid_t group);

/* Look after a living process that we have not started, or that has left the child we started: a daemon, or one of an
 * earlier life. Its end is noticed at once; how it ended is known if it has become our child by then. Its group is
 * signalled as far as it is its own. NULL: it is gone, or looked after already. */
struct child *child_adopt(struct children *all, const struct process_mark *who, child_exit_fn *on_exit, void *arg,
                          struct error *e);

pid_t child_pid(const struct child *c);

/* Its process group; who is expected to take its place, or has done so: 0: nobody. */
pid_t child_group(const struct child *c);
pid_t child_heir(const struct child *c);

/* Whether somebody else has started it, and who it is. */
bool child_is_stranger(const struct child *c, struct process_mark *out);

/* To the process, or to its whole group; false, with errno's reason, when nobody got it. */
bool child_signal(struct child *c, int number, struct error *e);
bool child_signal_group(struct child *c, int number, struct error *e);

/* Whether, after the child's end, others of its process group are still there (as far as they came to us). */
bool child_group_lives(const struct child *c);

/* Call `fn` once when the group of an ended child is empty. One listener per child; child_free forgets it. */
void child_group_watch(struct child *c, loop_fn *fn, void *arg);

/* Forget it: no callback any more. A living one is still reaped when it ends. NULL is welcome. */
void child_free(struct child *c);

/* A detached one: children_kill_orphans leaves it alone, and what descends from it. */
void child_spare(struct child *c);

/* When it ends, this descendant of it takes its place, if that lives and has come to us by then: a daemon that
 * puts itself into the background and says which pid is its main one. The handle, and its group, are the heir's from
 * then on, and its end is the child's. False: it does not descend from the child. */
bool child_expect_heir(struct child *c, pid_t pid);

/* KILL those of our children whom nobody looks after, orphans that have come to us, for whom `fn` says so. */
typedef bool child_stray_fn(pid_t pid, void *arg);
void children_kill_strays(struct children *all, child_stray_fn *fn, void *arg);

/* KILL every descendant that is left, whatever its session, and reap it, for at most `limit`. For reeve's end. */
void children_kill_orphans(struct children *all, msec limit);

#endif
