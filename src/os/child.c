/* A child that runs is one small record: its pidfd hangs in an epoll of ours that the loop watches as one
 * descriptor.
 *
 *              ended               callback returned
 *   RUNNING ----------> ENDING ---------------------> REAPED
 *
 * The record of a child that its owner has freed before goes when it is REAPED. */
#include "child_private.h"

#include "base/log.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "os/procfs.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A member may leave its group by setsid, and a stranger may have no pidfd: nobody tells us. */
enum { UNTOLD_LOOK = 100 };

/* Sooner for those who have no other way to be heard, and where somebody waits for a group to be empty. */
static void set_pace(struct children *all)
{
    if (all->silent > 0)
        reaper_set_pace(all->reaper, REAPER_AT_ONCE);
    else if (!LIST_EMPTY(&all->group_watches))
        reaper_set_pace(all->reaper, REAPER_PROMPT);
    else
        reaper_set_pace(all->reaper, REAPER_LAZY);
}

struct child *child_find(const struct children *all, pid_t pid)
{
    return (struct child *)pidmap_find(&all->by_pid, pid);
}

/* Edge-triggered: while a debugger keeps the end for itself there is nothing to be had, and we are told again. */
void child_hear_of_end(struct child *c)
{
    struct epoll_event event = { .events = EPOLLIN | EPOLLET, .data.u64 = (uint64_t)c->pid };

    if (c->pidfd >= 0 && epoll_ctl(c->all->ends, EPOLL_CTL_ADD, c->pidfd, &event) == 0)
        return;
    if (c->pidfd >= 0)
        close(c->pidfd);
    c->pidfd = -1;
    c->all->silent++;
    set_pace(c->all);
    reaper_look_within(c->all->reaper, UNTOLD_LOOK);
}

/* Taken out by hand: a forked copy of us may still hold the descriptor. */
static void stop_hearing(struct child *c)
{
    if (c->pidfd >= 0) {
        epoll_ctl(c->all->ends, EPOLL_CTL_DEL, c->pidfd, NULL);
        close(c->pidfd);
        c->pidfd = -1;
    } else {
        c->all->silent--;
        set_pace(c->all);
    }
}

void child_begin_hearing(struct child *c)
{
    c->pidfd = (int)syscall(SYS_pidfd_open, c->pid, 0);
    pidmap_add(&c->all->by_pid, &c->pid);
    child_hear_of_end(c);
}

static struct stranger *stranger_of(const struct child *c)
{
    struct stranger *s;

    if (!c->adopted || c->all == NULL)
        return NULL;
    LIST_FOREACH(s, &c->all->strangers, link)
    if (s->child == c)
        return s;
    return NULL;
}

static void forget_stranger(const struct child *c)
{
    struct stranger *s = stranger_of(c);

    if (s == NULL)
        return;
    LIST_REMOVE(s, link);
    free(s);
}

void child_destroy(struct child *c)
{
    child_disinherit(c);
    forget_stranger(c);
    free(c);
}

/* The dead one's children are ours already. */
static bool take_over(struct child *c)
{
    struct heir *h = child_heir_of(c);

    if (h == NULL || h->group > 0 || procfs_parent(h->pid) != getpid() || child_find(c->all, h->pid) != NULL)
        return false;
    h->group = getpgid(h->pid);
    reaper_reap(c->pid);
    pidmap_remove(&c->all->by_pid, c->pid);
    stop_hearing(c);
    c->pid = h->pid;
    child_begin_hearing(c);
    return true;
}

static bool has_ended(const struct child *c, struct child_exit *out)
{
    const struct stranger *s = stranger_of(c);

    return s != NULL ? stranger_has_ended(s, c->pidfd, out) : reaper_peek(c->pid, out);
}

/* The callback first: while the kernel keeps the child, its pid and its group are nobody else's. It keeps no stranger,
 * so that the number may be the next child's. */
static void look_at(struct child *c)
{
    struct child_exit exit;

    assert(c->state == RUNNING); /* an on_exit must not wait for others */
    if (!has_ended(c, &exit) || take_over(c))
        return;
    c->state = ENDING;
    if (exit.unknown)
        pidmap_remove(&c->all->by_pid, c->pid);
    if (c->on_exit != NULL)
        c->on_exit(c, &exit, c->arg);
    if (!exit.unknown) {
        reaper_reap(c->pid);
        pidmap_remove(&c->all->by_pid, c->pid);
    }
    stop_hearing(c);
    c->state = REAPED;
    if (c->freed)
        child_destroy(c);
}

/* By pid: the first one's callback may free the second one. */
static void on_ends(int fd, int what, void *arg)
{
    struct children *all = arg;
    struct epoll_event ended[32];
    struct child *c;
    int n;

    (void)what;
    n = epoll_wait(fd, ended, sizeof ended / sizeof ended[0], 0);
    for (int i = 0; i < n; i++)
        if ((c = child_find(all, (pid_t)ended[i].data.u64)) != NULL)
            look_at(c);
}

static bool on_ended(pid_t pid, void *arg)
{
    struct child *c = child_find(arg, pid);

    if (c != NULL)
        look_at(c);
    return c != NULL;
}

static struct group_watch *find_emptied(const struct children *all)
{
    struct group_watch *w;

    LIST_FOREACH(w, &all->group_watches, link)
    if (!child_group_lives(w->child))
        return w;
    return NULL;
}

/* Strangers of whom no pidfd tells; those of them who have ended. */
static struct child *find_untold(const struct children *all, bool ended)
{
    const struct stranger *s;

    LIST_FOREACH(s, &all->strangers, link)
    if (s->child->state == RUNNING && s->child->pidfd < 0 && (!ended || !procfs_lives(&s->who)))
        return child_find(all, s->child->pid);
    return NULL;
}

static void on_swept(void *arg)
{
    struct children *all = arg;
    struct child *untold = find_untold(all, true);
    struct group_watch *w, done;

    if (untold != NULL)
        look_at(untold);
    while ((w = find_emptied(all)) != NULL) {
        done = *w;
        LIST_REMOVE(w, link);
        free(w);
        done.fn(done.arg);
    }
    set_pace(all);
    if (!LIST_EMPTY(&all->group_watches) || find_untold(all, false) != NULL)
        reaper_look_within(all->reaper, UNTOLD_LOOK);
}

struct children *children_new(struct loop *loop)
{
    struct children *all = xcalloc(1, sizeof *all);

    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        log_warning("no subreaper, orphans of children go elsewhere: %s", strerror(errno));
    all->ends = epoll_create1(EPOLL_CLOEXEC);
    if (all->ends < 0) {
        log_error("epoll: %s", strerror(errno));
        abort();
    }
    all->loop = loop;
    LIST_INIT(&all->group_watches);
    LIST_INIT(&all->heirs);
    LIST_INIT(&all->strangers);
    all->spawner = spawner_new();
    all->reaper = reaper_open(loop, on_ended, on_swept, all);
    all->watch = watch_start(loop, all->ends, WATCH_READ, on_ends, all);
    reaper_look_within(all->reaper, REAPER_LAZY); /* Somebody may have ended before us: pid 1, a resumed life. */
    return all;
}

/* Handles that their owners still hold become like those of reaped ones. */
static void let_go(struct child *c)
{
    if (c->pidfd >= 0)
        close(c->pidfd);
    c->pidfd = -1;
    c->all = NULL;
    c->state = REAPED;
    if (c->freed)
        free(c);
}

static void forget_group_watch(struct children *all, const struct child *c)
{
    struct group_watch *w;

    LIST_FOREACH(w, &all->group_watches, link)
    if (w->child == c) {
        LIST_REMOVE(w, link);
        free(w);
        return;
    }
}

void children_free(struct children *all)
{
    if (all == NULL)
        return;
    while (!LIST_EMPTY(&all->heirs))
        child_disinherit(LIST_FIRST(&all->heirs)->child);
    while (!LIST_EMPTY(&all->strangers))
        forget_stranger(LIST_FIRST(&all->strangers)->child);
    while (!LIST_EMPTY(&all->group_watches))
        forget_group_watch(all, LIST_FIRST(&all->group_watches)->child);
    for (size_t i = 0; i < all->by_pid.room; i++)
        if (all->by_pid.slot[i] != NULL)
            let_go((struct child *)all->by_pid.slot[i]);
    watch_stop(&all->watch);
    close(all->ends);
    reaper_close(all->reaper);
    spawner_free(all->spawner);
    pidmap_free(&all->by_pid);
    free(all);
}

struct child *child_start(struct children *all, const struct child_request *request, child_exit_fn *on_exit, void *arg,
                          struct error *e)
{
    struct child *c = xcalloc(1, sizeof *c); /* before: one that is there must not be lost for want of memory */
    struct child *stranger;
    int pidfd;
    pid_t pid;

    pidmap_make_room(&all->by_pid);
    pid = spawner_start(all->spawner, request, &pidfd, e);
    if (pid < 0) {
        free(c);
        return NULL;
    }
    stranger = child_find(all, pid);
    if (stranger != NULL)
        look_at(stranger); /* it has got his number */
    c->pid = pid;
    c->pidfd = pidfd;
    c->all = all;
    c->on_exit = on_exit;
    c->arg = arg;
    pidmap_add(&all->by_pid, &c->pid);
    child_hear_of_end(c);
    return c;
}

pid_t child_pid(const struct child *c)
{
    return c->pid;
}

bool child_is_stranger(const struct child *c, struct process_mark *out)
{
    const struct stranger *s = stranger_of(c);

    if (s != NULL)
        *out = s->who;
    return s != NULL;
}

bool child_signal(struct child *c, int number, struct error *e)
{
    if (c->state != RUNNING)
        return failure(e, "process %d has ended", (int)c->pid);
    if (c->adopted)
        return stranger_signal(stranger_of(c), c->pidfd, number, e);
    if (kill(c->pid, number) < 0)
        return failure_errno(e, "signal %s to process %d", signal_name(number), (int)c->pid);
    return true;
}

bool child_signal_group(struct child *c, int number, struct error *e)
{
    if (c->state == REAPED && !child_group_lives(c))
        return failure(e, "nobody is left in the group of process %d", (int)c->pid);
    if (stranger_of(c) != NULL)
        return stranger_signal_group(stranger_of(c), c->pidfd, number, e);
    if (kill(-child_group(c), number) == 0)
        return true;
    if (errno == ESRCH && c->state == RUNNING) /* it leads no group: a former life knew that of its starter */
        return child_signal(c, number, e);
    return failure_errno(e, "signal %s to the group of process %d", signal_name(number), (int)c->pid);
}

/* If the kernel has given the number to another child of ours, the group is that one's. */
bool child_group_lives(const struct child *c)
{
    const struct child *holder = c->all == NULL ? NULL : child_find(c->all, child_group(c));

    if (stranger_of(c) != NULL)
        return stranger_group_lives(stranger_of(c));

    return (holder == NULL || holder == c) && reaper_group_lives(child_group(c));
}

void child_group_watch(struct child *c, loop_fn *fn, void *arg)
{
    struct group_watch *w = xcalloc(1, sizeof *w);

    assert(c->state != RUNNING);
    forget_group_watch(c->all, c);
    *w = (struct group_watch){ .child = c, .fn = fn, .arg = arg };
    LIST_INSERT_HEAD(&c->all->group_watches, w, link);
    set_pace(c->all);
    reaper_look_within(c->all->reaper, REAPER_AT_ONCE);
}

void child_spare(struct child *c)
{
    c->spared = true;
}

void child_free(struct child *c)
{
    if (c == NULL)
        return;
    if (c->all != NULL)
        forget_group_watch(c->all, c);
    c->on_exit = NULL;
    c->freed = true;
    if (c->state == REAPED && !c->lost)
        child_destroy(c);
}
