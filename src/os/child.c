/* A child that runs is one small record, which the reaper finds by its pid.
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
#include <sys/prctl.h>
#include <unistd.h>

/* A member may leave its group by setsid: nobody tells us. */
enum { UNTOLD_LOOK = 100 };

/* A look at all children takes 0.2 us for each of them, so 2 % of the time. It is what the unnamed wait for. */
enum { CHILDREN_PER_MS_OF_REST = 100 };

static void set_rest(struct children *all)
{
    msec rest = (msec)(all->by_pid.count / CHILDREN_PER_MS_OF_REST);

    reaper_set_rest(all->reaper, rest < REAPER_LAZY ? rest : REAPER_LAZY);
}

static void forget_pid(struct child *c)
{
    pidmap_remove(&c->all->by_pid, c->pid);
    set_rest(c->all);
}

struct child *child_find(const struct children *all, pid_t pid)
{
    return (struct child *)pidmap_find(&all->by_pid, pid);
}

void child_enter(struct child *c)
{
    pidmap_add(&c->all->by_pid, &c->pid);
    set_rest(c->all);
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
    stranger_close(s);
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
    forget_pid(c);
    forget_stranger(c);
    c->adopted = false;
    c->pid = h->pid;
    child_enter(c);
    return true;
}

static bool has_ended(const struct child *c, struct child_exit *out)
{
    const struct stranger *s = stranger_of(c);

    return s != NULL ? stranger_has_ended(s, out) : reaper_peek(c->pid, out);
}

/* The callback first: while the kernel keeps the child, its pid and its group are nobody else's. It keeps no stranger,
 * so that the number may be the next child's. */
static void end(struct child *c, const struct child_exit *exit)
{
    struct stranger *s = stranger_of(c);

    c->state = ENDING;
    if (s != NULL)
        watch_stop(&s->watch);
    if (exit->unknown)
        forget_pid(c);
    if (c->on_exit != NULL)
        c->on_exit(c, exit, c->arg);
    if (!exit->unknown) {
        reaper_reap(c->pid);
        forget_pid(c);
    }
    c->state = REAPED;
    if (c->freed)
        child_destroy(c);
}

static void look_at(struct child *c)
{
    struct child_exit exit;

    assert(c->state == RUNNING); /* an on_exit must not wait for others */
    if (has_ended(c, &exit) && !take_over(c))
        end(c, &exit);
}

static void on_stranger_ended(int fd, int what, void *arg)
{
    const struct stranger *s = arg;

    (void)fd;
    (void)what;
    look_at(s->child);
}

void child_enter_stranger(struct stranger *s)
{
    child_enter(s->child);
    s->watch = watch_start(s->child->all->loop, s->pidfd, WATCH_READ, on_stranger_ended, s);
}

/* An heir that has ended comes to us when its parent ends, and is named first. */
static struct child *find_ended(struct children *all, pid_t pid)
{
    struct heir *h;

    LIST_FOREACH(h, &all->heirs, link)
    if (h->pid == pid && h->group == 0 && h->child->state == RUNNING) {
        look_at(h->child);
        break;
    }
    return child_find(all, pid);
}

/* Whoever it was may have been the last one of a group. */
static bool on_ended(pid_t pid, void *arg)
{
    struct children *all = arg;
    struct child *c = find_ended(all, pid);

    if (c != NULL)
        look_at(c);
    if (!LIST_EMPTY(&all->group_watches))
        reaper_look_within(all->reaper, REAPER_PROMPT);
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

static void on_swept(void *arg)
{
    struct children *all = arg;
    struct group_watch *w, done;

    while ((w = find_emptied(all)) != NULL) {
        done = *w;
        LIST_REMOVE(w, link);
        free(w);
        done.fn(done.arg);
    }
    if (!LIST_EMPTY(&all->group_watches))
        reaper_look_within(all->reaper, UNTOLD_LOOK);
}

struct children *children_new(struct loop *loop)
{
    struct children *all = xcalloc(1, sizeof *all);

    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        log_warning("no subreaper, orphans of children go elsewhere: %s", strerror(errno));
    all->loop = loop;
    LIST_INIT(&all->group_watches);
    LIST_INIT(&all->heirs);
    LIST_INIT(&all->strangers);
    all->spawner = spawner_new();
    all->reaper = reaper_open(loop, on_ended, on_swept, all);
    reaper_look_within(all->reaper, REAPER_LAZY); /* Somebody may have ended before us: pid 1, a resumed life. */
    return all;
}

/* Handles that their owners still hold become like those of reaped ones. */
static void let_go(struct child *c)
{
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
    reaper_close(all->reaper);
    spawner_free(all->spawner);
    pidmap_free(&all->by_pid);
    free(all);
}

struct child *child_start(struct children *all, const struct child_request *request, child_exit_fn *on_exit, void *arg,
                          struct error *e)
{
    static const struct child_exit unheard = { .code = -1, .unknown = true };
    struct child *c = xcalloc(1, sizeof *c); /* before: one that is there must not be lost for want of memory */
    struct child *stranger;
    pid_t pid;

    pidmap_make_room(&all->by_pid);
    pid = spawner_start(all->spawner, request, e);
    if (pid < 0) {
        free(c);
        return NULL;
    }
    stranger = child_find(all, pid);
    if (stranger != NULL)
        end(stranger, &unheard); /* it has got his number: what the kernel says of that is said of the child */
    c->pid = pid;
    c->all = all;
    c->on_exit = on_exit;
    c->arg = arg;
    child_enter(c);
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
        return stranger_signal(stranger_of(c), number, e);
    reaper_expect(c->all->reaper);
    if (kill(c->pid, number) < 0)
        return failure_errno(e, "signal %s to process %d", signal_name(number), (int)c->pid);
    return true;
}

bool child_signal_group(struct child *c, int number, struct error *e)
{
    if (c->state == REAPED && !child_group_lives(c))
        return failure(e, "nobody is left in the group of process %d", (int)c->pid);
    if (stranger_of(c) != NULL)
        return stranger_signal_group(stranger_of(c), number, e);
    if (c->all != NULL && c->state != ENDING) /* nobody waits for those whom one that has just ended leaves */
        reaper_expect(c->all->reaper);
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
